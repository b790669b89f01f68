"""What one does in operations: a module for each subject, an act for each verb."""
