"""Messages to people: decided, sent, arrived."""
