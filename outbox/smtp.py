"""The channel to a mail server: one connection for many messages, and an end to waiting."""

import contextlib
import smtplib
import socket
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

#: Seconds for saying goodbye, which the mail server may not even hear.
FAREWELL = 2


class Smtp(EmailBackend):
    """Django's way to a mail server, with a limit to the whole of each exchange.

    Django's timeout bounds each wait for a byte; a server that sends one now and then could hold a
    worker for hours.
    """

    connection: smtplib.SMTP | None
    _partial_connection: smtplib.SMTP | None

    def __init__(self, *args: Any, seconds: float = 30, **kwargs: Any) -> None:
        """Connect later, when there is something to send.

        Args:
            args: As Django's backend has them.
            seconds: What connecting, and each message, may take.
            kwargs: As Django's backend has them.

        """
        super().__init__(*args, **kwargs)
        self.seconds = seconds
        self.timeout = min(self.timeout or seconds, seconds)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with self._limited():
            return super().send_messages(email_messages)

    def drop(self) -> None:
        """Close without a word what the server no longer answers on."""
        for connection in (self.connection, self._partial_connection):
            if connection is not None:
                connection.close()
        self.connection = self._partial_connection = None

    def close(self) -> None:
        """Say goodbye, if the server still listens."""
        try:
            for connection in (self.connection, self._partial_connection):
                if connection is not None and connection.sock is not None:
                    connection.sock.settimeout(FAREWELL)
            super().close()
        except OSError:
            self.drop()

    @contextlib.contextmanager
    def _limited(self) -> Iterator[None]:
        timer = threading.Timer(self.seconds, self._hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _hang_up(self) -> None:
        """Wake whoever waits on the socket: they read that the connection has ended."""
        for connection in (self.connection, self._partial_connection):
            if connection is not None and connection.sock is not None:
                with contextlib.suppress(OSError):
                    connection.sock.shutdown(socket.SHUT_RDWR)
