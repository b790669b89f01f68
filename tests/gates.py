"""A gate in front of a server: shut it, and the server is gone; hang it, and it never answers.

Other tests use the same PostgreSQL and the same broker at the same moment, so a test that wants one
of them away puts a gate between and talks to that.
"""

import contextlib
import select
import socket
import threading
from collections.abc import Iterator


class Gate:
    """A port of this machine that passes everything on to another one, while it is open."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = self._listen(0)
        self.port = self._listener.getsockname()[1]
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._hung = threading.Event()
        self._wake, self._woken = socket.socketpair()
        self._ended = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @staticmethod
    def _listen(port: int) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(50)
        return listener

    def shut(self) -> None:
        """Break off every connection, as a server that is killed does, and take no new one."""
        with self._lock:
            self._listener.close()
            for pair in self._pairs:
                for end in pair:
                    end.close()
            self._pairs.clear()
        self._wake.send(b"x")

    def hang(self) -> None:
        """Keep every connection and take new ones, but pass nothing on."""
        self._hung.set()
        self._wake.send(b"x")

    def open(self) -> None:
        """Pass everything on again."""
        while self._listener.fileno() < 0:
            # The port is free once the thread has left the select that still holds the old one.
            with self._lock, contextlib.suppress(OSError):
                self._listener = self._listen(self.port)
        self._hung.clear()
        self._wake.send(b"x")

    def end(self) -> None:
        """Shut it for good."""
        self._ended = True
        self.shut()
        self._thread.join()
        self._wake.close()
        self._woken.close()

    def _run(self) -> None:
        while not self._ended:
            with self._lock:
                others = {one: other for pair in self._pairs for one, other in (pair, pair[::-1])}
                listening = [self._listener] if self._listener.fileno() >= 0 else []
            passing = [] if self._hung.is_set() else [*others, *listening]
            try:
                ready, _, _ = select.select([*passing, self._woken], [], [])
            except (OSError, ValueError):  # shut meanwhile
                continue
            for one in ready:
                if one is self._woken:
                    one.recv(100)
                elif one in listening:
                    self._accept()
                else:
                    self._pass_on(one, others[one])

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            client, _ = self._listener.accept()
            server = socket.create_connection(("127.0.0.1", self._to))
            with self._lock:
                self._pairs.append((client, server))

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        try:
            data = one.recv(65536)
            other.sendall(data)
        except OSError:
            data = b""
        if not data:
            with self._lock:
                self._pairs = [pair for pair in self._pairs if one not in pair]
                one.close()
                other.close()


@contextlib.contextmanager
def gate(port: int) -> Iterator[Gate]:
    """A gate in front of ``port``, for as long as the block runs."""
    made = Gate(int(port))
    try:
        yield made
    finally:
        made.end()
