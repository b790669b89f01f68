"""People who sign in: roles, scope and sign-in."""
