"""What tests of operations share."""

import pytest

from tests.operations.workers import Place


@pytest.fixture
def place(db, tmp_path):
    """Where real workers do the work of a test (mark it ``django_db(transaction=True)``)."""
    place = Place(tmp_path)
    yield place
    place.close()
