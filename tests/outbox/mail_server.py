"""A real mail server on this machine that takes, refuses, hangs and drops as addresses ask."""

import asyncio
import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

REFUSALS = {"unknown": "550 5.1.1 No such user", "busy": "450 4.2.1 Mailbox busy"}


class Handler:
    """What came, and the answers: by the part of an address before the @."""

    def __init__(self):
        self.came = []
        self.connections = 0
        self.refusals = dict(REFUSALS)
        self.to_data = {}
        self.free = None  # an event of the server's loop: what hangs goes on

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        who = address.partition("@")[0]
        if who in self.refusals:
            return self.refusals[who]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        [address] = envelope.rcpt_tos
        who = address.partition("@")[0]
        if who == "hangs":
            self.free = asyncio.Event()
            await self.free.wait()
        if who == "drops":
            server.transport.close()
            return ""
        if who in self.to_data:
            return self.to_data[who]
        self.came.append((address, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"

    def addresses(self):
        return [address for address, _ in self.came]


class DropsInTheMiddle(SMTP):
    """Ends the connection after DATA was allowed and before it is whole."""

    async def smtp_DATA(self, arg):  # noqa: N802
        address = self.envelope.rcpt_tos[0]
        if address.startswith("cut@"):
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            self.transport.close()
            return
        await super().smtp_DATA(arg)


class Server(Controller):
    def factory(self):
        return DropsInTheMiddle(self.handler, **self.SMTP_kwargs)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def mail_server(*, port=None, handler=None, **options):
    """A server under way; its handler, with ``port``."""
    handler = handler or Handler()
    server = Server(handler, hostname="127.0.0.1", port=port or free_port(), **options)
    server.start()
    handler.port = server.port
    try:
        yield handler
    finally:
        if handler.free is not None:
            server.loop.call_soon_threadsafe(handler.free.set)
        server.stop()


def only(user, password):
    """What lets this user in and nobody else."""

    def check(server, session, envelope, mechanism, given):
        right = (given.login, given.password) == (user.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    return check


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS for 127.0.0.1, and the file by which clients trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "mail.crt", folder / "mail.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public
