"""What every act and its page share."""
