"""Pages of operations, a module for each subject."""
