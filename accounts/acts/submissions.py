"""Submissions: one message of a form counts once, however often it arrives.

Each form carries a token: a number made for this showing of the page, and to whom it was shown,
signed. The number becomes a row in the transaction of the act itself. Of two messages with one
number at the same instant the second waits for that row, then gets the first one's answer. A form
that was refused leaves no row, so its number is free again. If the act was undone, the form comes
back with a new number and the time of the undo: what a phone repeats by itself does nothing, a
person can send it again.

The outcome of a visit has a number of its own, which the phone makes and keeps
(``operations/duty/actions.py``).
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.db import models, transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts.acts import kept_forms
from accounts.acts.models import Undo
from govuk.dates import moment

#: The name of the hidden field.
FIELD = "submission_token"
#: How long a page may stay open before its form is sent. Rows are kept for longer (``RETENTION``).
OLDEST = dt.timedelta(days=14)

ARRIVED = "This had already arrived, so it was not done a second time."
UNDONE = (
    "What you sent from this page before was undone at {}, and nothing was done now. To do it "
    "again, send it again."
)
OTHER_CONTENT = (
    "What you sent from this page before had already arrived. What you have now is different, and "
    "nothing of it is saved. Look first at what is on record. To save this as well, send it again."
)
OTHER_PERSON = (
    "This page was not opened for you, or it is too old, so nothing was saved. Enter it again here."
)

NO_NUMBER = (
    "Nothing was saved: what you sent came without the number by which it counts once, which its "
    "page gives it."
)

_signer = signing.TimestampSigner(salt="submission")

Response = TypeVar("Response", bound=HttpResponseBase)


class Submission(models.Model):
    """One message of a form that was acted on. The row is written in the act's transaction."""

    number = models.UUIDField(unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    content = models.CharField(max_length=64, help_text="A digest of the page and the answers.")
    answer = models.TextField(help_text="The address to which it led: what it made, or a list.")
    request = models.UUIDField(null=True, help_text="By which its offers to undo are found.")
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Submission {self.number}"


class Token(NamedTuple):
    """What the hidden field of a form says."""

    number: uuid.UUID
    person: int


def new_token(*, person: int) -> str:
    """A token for one showing of a form to ``person``."""
    return _signer.sign(f"{uuid.uuid4()}.{person}")


def token_of(request: HttpRequest) -> Token | None:
    """The token that came with a form; None where there is none that we signed, or an old one."""
    try:
        number, person = _signer.unsign(request.POST.get(FIELD, ""), max_age=OLDEST).split(".")
    except signing.BadSignature:
        return None
    return Token(uuid.UUID(number), int(person))


def answer_once(request: HttpRequest, respond: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """What ``respond`` answers to a form; what it answered the first time, if the form came before.

    An answer that leads on (a redirect) is that of an act that was done. Any other shows the form
    again, or is a refusal marked by :func:`did_nothing`. A form without a token is not acted on: it
    comes back, to be sent with one.
    """
    if request.method != "POST":
        return respond()
    if FIELD not in request.POST:
        return _back(request, NO_NUMBER, person=request.user.pk)
    token = token_of(request)
    if token is None or token.person != request.user.pk:
        return _back(request, OTHER_PERSON)
    with transaction.atomic():
        content = _digest(request)
        sent, is_new = Submission.objects.get_or_create(
            number=token.number,
            defaults={
                "by": request.user,
                "content": content,
                "request": getattr(request, "request_id", None),
            },
        )
        if not is_new:
            if sent.content != content:
                return _back(request, OTHER_CONTENT)
            if undone := _undone_at(sent):
                return _back(request, UNDONE.format(moment(undone, at=timezone.now())))
            messages.info(request, ARRIVED)
            return HttpResponseRedirect(sent.answer)
        response = respond()
        if not isinstance(response, HttpResponseRedirect) or hasattr(response, "did_nothing"):
            sent.delete()
            return response
        sent.answer = response.url
        sent.save(update_fields=["answer"])
    kept_forms.forget(request)
    return response


def _undone_at(sent: Submission) -> dt.datetime | None:
    """When all that a form had done was taken back, where it was."""
    if sent.request is None:
        return None
    offers = Undo.objects.filter(request=sent.request, by=sent.by_id)
    moments = list(offers.values_list("taken_back_at", flat=True))
    return None if None in moments else max(filter(None, moments), default=None)


def did_nothing(response: Response) -> Response:
    """Mark a redirect as that of an act that was refused: sent again, it is tried again."""
    response.did_nothing = True  # type: ignore[attr-defined]
    return response


def _back(request: HttpRequest, why: str, *, person: int | None = None) -> HttpResponseBase:
    """Redirect to the same page, filled in again for the person who typed, with ``why``.

    Args:
        request: What was sent.
        why: A sentence.
        person: Who filled the form in, where no token says so.

    """
    kept = kept_forms.keep(request, person=person)
    messages.error(request, f"{why} {kept}" if kept == kept_forms.NOT_KEPT else why)
    return HttpResponseRedirect(kept_forms.page_of(request))


def _digest(request: HttpRequest) -> str:
    """A digest of where a form was sent and of all that it holds but its tokens."""
    digest = hashlib.sha256(request.path.encode())
    for name in sorted(set(request.POST) - {FIELD, "csrfmiddlewaretoken"}):
        digest.update(repr((name, request.POST.getlist(name))).encode())
    for name in sorted(request.FILES):
        for upload in request.FILES.getlist(name):
            digest.update(repr((name, upload.name, upload.size)).encode())
            for chunk in upload.chunks():
                digest.update(chunk)
            upload.seek(0)
    return digest.hexdigest()


def forget(*, before: dt.datetime) -> None:
    """Delete the rows of submissions older than the moment ``before``: nothing repeats so late."""
    Submission.objects.filter(at__lt=before).delete()
