"""Forms of operations: they translate between people and acts, a module for each subject."""
