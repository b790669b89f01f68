"""The suite's own promise: no test talks to another machine."""

import socket

import pytest


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])  # kept for documentation
def test_another_machine_can_not_be_reached(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe, pytest.raises(AssertionError, match="reached for"):
        probe.connect((address, 80))


def test_this_machine_can():
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())
