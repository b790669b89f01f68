"""An installation as docs/operators.md has it: PostgreSQL with two roles, a proxy that ends TLS, a
mail server and an identity provider, each by TLS, and the processes of the Procfile.
"""

import asyncio
import contextlib
import datetime as dt
import ipaddress
import json
import os
import re
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import redis
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config import embedded

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 90  # seconds; two cores may be busy with other tests
PROVIDER = """
import ssl, sys
from oidc_provider_mock import app
app().run(host="localhost", port=int(sys.argv[1]), ssl_context=(sys.argv[2], sys.argv[2]))
"""


def recipe(*starts: str) -> list[str]:
    """The lines of the recipe in docs/operators.md that start so."""
    text = (ROOT / "docs/operators.md").read_text()
    section = text.partition("## From an empty server")[2].partition("\n## ")[0]
    found = re.findall(rf"^ {{7}}((?:{'|'.join(starts)}).*)$", section, re.MULTILINE)
    assert found, f"docs/operators.md has no line that starts with {starts}"
    return found


def free_port() -> int:
    """A port that nothing listens to now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def certificate(folder: Path) -> Path:
    """A file with a key and a certificate for ``localhost``, which is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "localhost.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return file


class Proxy:
    """What stands in front: ends TLS, and says itself from where a request came."""

    def __init__(self, *, certificate: Path, behind: int) -> None:
        self.port, self.behind = free_port(), behind
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def start(self) -> None:
        self.thread.start()
        listening = asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self.tls)
        self.server = asyncio.run_coroutine_threadsafe(listening, self.loop).result(TIMEOUT)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self.loop).result(TIMEOUT)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(TIMEOUT)
        self.loop.close()

    async def _close(self) -> None:
        self.server.close()
        waiting = asyncio.all_tasks() - {asyncio.current_task()}
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
            hidden = ("connection:", "x-forwarded", "x-request-id:")
            kept = [line for line in head[1:] if not line.lower().startswith(hidden)]
            told = ["X-Forwarded-Proto: https", "X-Forwarded-For: 192.0.2.7", "Connection: close"]
            upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", self.behind)
            upstream.write("\r\n".join([head[0], *kept, *told, "", ""]).encode("latin-1"))
            asking = asyncio.create_task(_pour(reader, upstream))
            await _pour(upstream_reader, writer)
            asking.cancel()
            upstream.close()
        with contextlib.suppress(OSError, ssl.SSLError):
            writer.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, ssl.SSLError):
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()


class MailServer:
    """A server that takes mail by TLS only, and keeps it."""

    def __init__(self, *, certificate: Path) -> None:
        self.messages: list[Message] = []
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        self.port = free_port()
        self.controller = Controller(
            self, hostname="127.0.0.1", port=self.port, tls_context=tls, require_starttls=True
        )

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        self.messages.append(message_from_bytes(envelope.content))
        return "250 OK"

    def wait_for(self, recipient: str) -> Message:
        """The first message to this address."""
        for _ in range(TIMEOUT * 10):
            for message in self.messages:
                if recipient in message["To"]:
                    return message
            time.sleep(0.1)
        raise AssertionError(f"No message came to {recipient}")


class Installation:
    """The product as operators run it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.log = folder / "log"
        self.certificate = certificate(folder)
        self.port = free_port()
        self.proxy = Proxy(certificate=self.certificate, behind=self.port)
        self.mail = MailServer(certificate=self.certificate)
        self.provider = f"https://localhost:{free_port()}"
        self.address = f"https://localhost:{self.proxy.port}"
        at = urlsplit(embedded.database_url())
        self.superuser = at.geturl()
        where = f"{at.password}@{at.hostname}:{at.port}/{name}"
        self.owner, self.web = f"postgres://{name}:{where}", f"postgres://makesafe_web:{where}"
        self.password = at.password
        self.broker = embedded.redis_url().rpartition("/")[0] + "/15"
        self.environment = {
            key: value
            for key, value in os.environ.items()
            if key in {"HOME", "LANG", "TMPDIR", "PG_BIN_DIR"}
        } | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "SECRET_KEY": secrets.token_urlsafe(64),
            "ALLOWED_HOSTS": "localhost",
            "SITE_URL": self.address,
            "BEHIND_PROXY": "1",
            "DATABASE_URL": self.web,
            "OWNER_DATABASE_URL": self.owner,
            "REDIS_URL": self.broker,
            "EMAIL_URL": f"smtp+tls://127.0.0.1:{self.mail.port}",
            "DEFAULT_FROM_EMAIL": "Makesafe team <makesafe@wessendale.police.uk>",
            "OIDC_SERVER_URL": self.provider,
            "OIDC_CLIENT_ID": "makesafe",
            "OIDC_CLIENT_SECRET": secrets.token_urlsafe(16),
            "OIDC_EMAIL_TRUSTED": "1",
            "OIDC_ROLES": json.dumps({"planners": "Planner"}),
            "OIDC_UNITS": json.dumps({"everywhere": "*"}),
            "REQUESTS_CA_BUNDLE": str(self.certificate),
            "SSL_CERT_FILE": str(self.certificate),
            "PORT": str(self.port),
            "RUN_DIR": str(folder),
            "PYTHONWARNINGS": "ignore",
        }

    def manage(self, *command: str, code: str = "", **environment: str) -> str:
        """Run a command of ``manage.py`` as the owner; what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment | {"DATABASE_URL": self.owner} | environment,
            input=code,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def install(self) -> None:
        """What docs/operators.md asks for before the first start."""
        self._make_database()
        for command in recipe("python manage.py"):
            if "createsuperuser" not in command:  # it asks; conftest.py answers
                self.manage(*command.split()[2:], "--verbosity", "0")
        named = {line.split("=")[0] for line in recipe(r"[A-Z_]+=")}
        assert named <= self.environment.keys(), "docs/operators.md names settings we did not set"

    def _make_database(self) -> None:
        link = psycopg2.connect(self.superuser)
        link.autocommit = True
        with contextlib.closing(link), link.cursor() as cursor:
            self._drop(cursor)
            for statement in recipe("CREATE", "GRANT"):
                if not statement.startswith(
                    "CREATE ROLE makesafe_web"
                ):  # the server has it already
                    ours = re.sub(r"\bmakesafe\b", self.name, statement)
                    cursor.execute(ours.replace("…", self.password))

    def _drop(self, cursor) -> None:
        cursor.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        cursor.execute(f"DROP ROLE IF EXISTS {self.name}")

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """All processes, the proxy and the other servers."""
        redis.Redis.from_url(self.broker).flushdb()
        self.mail.controller.start()
        with_python = [sys.executable, "-W", "ignore"]
        provider = subprocess.Popen(
            [*with_python, "-c", PROVIDER, self.provider.rpartition(":")[2], self.certificate],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.proxy.start()
        with self.log.open("w") as log:
            processes = subprocess.Popen(
                [sys.executable, "-m", "honcho", "start"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_it_answers(processes)
            yield
        finally:
            processes.send_signal(signal.SIGTERM)
            try:
                processes.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(processes.pid, signal.SIGKILL)
            provider.terminate()
            provider.wait()
            self.proxy.stop()
            self.mail.controller.stop()
            link = psycopg2.connect(self.superuser)
            link.autocommit = True
            with contextlib.closing(link), link.cursor() as cursor:
                self._drop(cursor)

    def _wait_until_it_answers(self, processes: subprocess.Popen) -> None:
        for _ in range(TIMEOUT * 10):
            assert processes.poll() is None, self.log.read_text()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def errors(self) -> list[str]:
        """The lines of the log that tell of an error."""
        lines = self.log.read_text().splitlines()
        return [
            line for line in lines if re.search(r'"level": ?"(error|critical)"|Traceback', line)
        ]
