"""The parts of ``make demo`` that a person notices."""

import socket

import pytest

from accounts.demo import PASSWORD, SIGN_INS
from config import demo


@pytest.fixture
def taken():
    """A port of this machine that somebody listens to."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_free_port_is_used_as_it_is(taken):
    free = demo.free_port_from(taken + 1)
    assert demo.free_port_from(free) == free


def test_the_next_free_port_is_used_where_the_first_is_taken(taken):
    assert demo.free_port_from(taken) > taken


def test_the_address_and_a_sign_in_for_each_role_are_printed(capsys):
    demo.announce(8123)
    printed = capsys.readouterr().out
    assert "http://localhost:8123" in printed
    assert PASSWORD in printed
    for person in SIGN_INS:
        assert person.username in printed
        assert person.role in printed
