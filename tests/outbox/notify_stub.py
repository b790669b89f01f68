"""What stands for GOV.UK Notify in tests: its API over HTTP, as Notify's own client speaks it.

The client is the judge: the token that it makes is read by the function that comes with it, and
what is answered here is what it has to be able to read. Requests that the documentation of the API
refuses are refused in its words.
"""

import contextlib
import json
import re
import threading
import time
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from notifications_python_client.authentication import decode_jwt_token, get_token_issuer
from notifications_python_client.errors import TokenError

from govuk.telephones import PATTERN, takes_texts

SERVICE, SECRET, TEMPLATE = (str(uuid.UUID(int=number)) for number in (1, 2, 3))
API_KEY = f"tests-{SERVICE}-{SECRET}"

#: What Notify answers to a text that it does not take, by status.
REFUSALS = {
    400: ("BadRequestError", "Can't send to this recipient using a team-only API key"),
    403: ("AuthError", "Invalid token: API key not found"),
    429: (
        "RateLimitError",
        "Exceeded rate limit of 3000 requests per 60 seconds",
    ),
    500: ("Exception", "Internal server error"),
}


class Stub:
    """One Notify: what it took, and how it answers next."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.texts: list[dict] = []
        self.refuses: list[int] = []
        """The statuses of the next answers to texts, in order."""
        self.hangs = threading.Event()
        """While it is set no answer comes."""


class Handler(BaseHTTPRequestHandler):
    """Its two pages that are used here."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        """What was sent with a reference."""
        if not self._is_ours():
            return
        [reference] = parse_qs(urlsplit(self.path).query)["reference"]
        found = [text for text in self.server.stub.texts if text["reference"] == reference]
        self._answer(200, {"notifications": found, "links": {"current": self.path}})

    def do_POST(self) -> None:
        """A text."""
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._is_ours():
            return
        stub = self.server.stub
        if stub.refuses:
            self._refuse(stub.refuses.pop(0))
        elif self.path != "/v2/notifications/sms":
            self._refuse(404, "NoResultFound", "Not found")
        elif not takes_texts(sent["phone_number"]) or not _is_number(sent["phone_number"]):
            self._refuse(400, "ValidationError", "phone_number Not a UK mobile number")
        elif sent["template_id"] != TEMPLATE:
            self._refuse(400, "BadRequestError", "Template not found")
        elif set(sent.get("personalisation", {})) != {"text"}:
            self._refuse(400, "BadRequestError", "Missing personalisation: text")
        else:
            stub.texts.append(sent)
            words = sent["personalisation"]["text"]
            made = {
                "id": str(uuid.uuid4()),
                "reference": sent.get("reference"),
                "content": {"body": words, "from_number": "GOVUK"},
                "uri": f"{stub.url}/v2/notifications/1",
                "template": {"id": TEMPLATE, "version": 1, "uri": stub.url},
            }
            self._answer(201, made)

    def _is_ours(self) -> bool:
        while self.server.stub.hangs.is_set():
            time.sleep(0.01)
        scheme, _, token = self.headers["Authorization"].partition(" ")
        try:
            known = get_token_issuer(token) == SERVICE and decode_jwt_token(token, SECRET)
        except TokenError:
            known = False
        if scheme == "Bearer" and known:
            return True
        self._refuse(403)
        return False

    def _refuse(self, status: int, error: str = "", message: str = "") -> None:
        usual, words = REFUSALS.get(status, ("", ""))
        told = {"error": error or usual, "message": message or words}
        self._answer(status, {"status_code": status, "errors": [told]})

    def _answer(self, status: int, body: dict) -> None:
        said = json.dumps(body).encode()
        with contextlib.suppress(OSError):  # the client may have gone
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

    def log_message(self, *args: object) -> None:
        """Nothing into the tests' output."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    stub: Stub


def _is_number(text: str) -> bool:
    return re.match(PATTERN, text) is not None


@contextlib.contextmanager
def notify() -> Iterator[Stub]:
    """A Notify that listens on this machine."""
    server = Server(("127.0.0.1", 0), Handler)
    server.stub = Stub(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.stub
    finally:
        server.stub.hangs.clear()
        server.shutdown()
        server.server_close()
        thread.join()
