"""Acts and their pages: what all of them share."""
