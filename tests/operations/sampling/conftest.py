"""What tests of draws share."""

from tests.operations.planning.conftest import operation, venue

__all__ = ["operation", "venue"]
