"""What tests of accounts share."""

from tests.outbox.conftest import smtp

__all__ = ["smtp"]
