"""The channel for text messages: GOV.UK Notify, by its own client.

Notify has the words of each text as a template; ours holds nothing but ``((text))``. It keeps what
was sent for some days by the reference that we gave it, so it is asked first: a worker that was
killed after Notify took a text does not send it again.
"""

import threading
from collections.abc import Callable
from http import HTTPStatus
from queue import Empty, SimpleQueue
from typing import Any

import structlog
from django.conf import settings
from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from outbox.answers import Answer
from outbox.letters import Text
from outbox.models import State

log = structlog.get_logger(__name__)

#: What Notify answers where it takes nothing of ours: no message's fault.
_OF_OUR_KEY = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class Notify:
    """The connection of one run to Notify."""

    def __init__(self, seconds: float) -> None:
        """Connect later, when there is something to send.

        Args:
            seconds: What each text may take.

        """
        self.seconds = seconds

    def hand_over(self, text: Text) -> Answer:
        """Send ``text``, unless Notify has it already."""
        if not settings.NOTIFY_API_KEY:
            return Answer(State.WAITING, "Text messages are not set up", to_all=True)
        try:
            self._within_limit(lambda: self._send(text))
        except APIError as error:
            return answer_to(error)
        except TimeoutError:
            log.warning("Notify away", error="TimeoutError")
            return Answer(State.WAITING, "GOV.UK Notify does not answer", to_all=True)
        return Answer(State.SENT)

    def close(self) -> None:
        """Nothing: each text has a connection of its own."""

    def _send(self, text: Text) -> None:
        client: Any = NotificationsAPIClient(  # type: ignore[no-untyped-call]
            settings.NOTIFY_API_KEY, base_url=settings.NOTIFY_URL, timeout=self.seconds
        )
        with client.request_session:
            sent = client.get_all_notifications(reference=text.reference)
            if not sent["notifications"]:
                client.send_sms_notification(
                    phone_number=text.to,
                    template_id=settings.NOTIFY_TEMPLATE,
                    personalisation={"text": text.words},
                    reference=text.reference,
                )

    def _within_limit(self, send: Callable[[], None]) -> None:
        """Do it, and leave it alone after the limit, however slowly bytes still come.

        What Notify takes after that is found by its reference at the next try.

        Raises:
            TimeoutError: it took longer.

        """
        ended: SimpleQueue[Exception | None] = SimpleQueue()

        def work() -> None:
            try:
                send()
            except Exception as error:  # told in the thread that waits
                ended.put(error)
            else:
                ended.put(None)

        threading.Thread(target=work, daemon=True).start()
        try:
            error = ended.get(timeout=self.seconds)
        except Empty:
            raise TimeoutError from None
        if error:
            raise error


def answer_to(error: APIError) -> Answer:
    """What the trouble with one text means."""
    if error.response is None:
        log.warning("Notify away", error=type(error).__name__)
        return Answer(State.WAITING, "GOV.UK Notify could not be reached", to_all=True)
    code = error.status_code
    told = f"{code} {_words(error)}"
    if code in _OF_OUR_KEY:
        log.warning("Notify takes nothing of ours", status=code)
        return Answer(State.WAITING, "GOV.UK Notify does not take our key", to_all=True)
    if HTTPStatus.BAD_REQUEST <= code < HTTPStatus.INTERNAL_SERVER_ERROR and (
        code != HTTPStatus.TOO_MANY_REQUESTS
    ):
        return Answer(State.REFUSED, told)
    return Answer(State.WAITING, told)


def _words(error: APIError) -> str:
    """The sentences of Notify's answer."""
    told: Any = error.message
    if isinstance(told, list):
        told = ". ".join(str(one.get("message", "")) for one in told if isinstance(one, dict))
    return " ".join(str(told).split())
