"""What tests of operations share."""

from tests.outbox.conftest import place, smtp

__all__ = ["place", "smtp"]
