"""Broken constraints as PostgreSQL reports them, turned into the rule they stand for."""

from django.db import IntegrityError


def broken_by(error: IntegrityError) -> str:
    """The name of the constraint that ``error`` is about; empty where it is about none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return (diagnosis and diagnosis.constraint_name) or ""
