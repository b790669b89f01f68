"""The parts of ``make demo`` that a person notices."""

import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from accounts.demo import PASSWORD, SIGN_INS
from config import demo

GUNICORN = "--bind fd://0 --log-level critical --no-control-socket".split()


@pytest.fixture(params=[(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")], ids=str)
def taken(request):
    """A port of this machine that somebody listens to, under one of the addresses of localhost."""
    family, address = request.param
    try:
        server = socket.create_server((address, 0), family=family)
    except OSError:
        pytest.skip("this machine has no such address")
    with server:
        yield server.getsockname()[1]


def test_the_next_free_port_is_used_where_the_first_is_taken(taken):
    with demo.listen_from(taken) as listener:
        assert listener.getsockname()[1] > taken


def test_two_demonstrations_at_once_never_have_one_port():
    with demo.listen_from(8100) as one, demo.listen_from(8100) as other:
        assert one.getsockname() != other.getsockname()


def test_the_web_server_answers_on_the_port_that_is_held():
    with demo.listen_from(8100) as listener:
        port = listener.getsockname()[1]
        web = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "tests.config.test_demo:says_hello", *GUNICORN],
            cwd=Path(__file__).resolve().parents[2],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
            stdin=listener,
        )
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=40) as answer:
            assert answer.read() == b"hello"
    finally:
        web.terminate()
        web.wait()


def says_hello(environ, start_response):
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]


def test_the_address_and_a_sign_in_for_each_role_are_printed(capsys):
    demo.announce(8123)
    printed = capsys.readouterr().out
    assert "http://localhost:8123" in printed
    assert PASSWORD in printed
    for person in SIGN_INS:
        assert person.username in printed
        assert person.role in printed
