"""Forms that could not be taken, kept for the person who filled them in until they come back.

A session ends, a token is too old, a second step or a proof of who one is comes in between: then
what was typed is sealed and kept in the new session, and the page comes back filled, with nothing
saved. Sealed means encrypted, for one person, one page and an hour. Files are not kept, and forms
of passwords and codes carry no token, so they never come here.
"""

import base64
import hashlib
import json
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

#: Seconds for which a form is kept.
KEPT_FOR = 60 * 60
#: Characters of the longest form that is kept: a script and its notes are a tenth of it.
LONGEST = 100_000
#: Forms that one session keeps, the latest of different pages.
MOST = 5

AFTER_SIGN_IN = "What you entered is kept for an hour and not saved yet. Sign in to go on with it."
COMES_BACK = "We kept what you entered. It is not saved yet: check it, then send it again."
FILES = "Files are not kept: choose yours again."
NOT_KEPT = "What you entered was too long to be kept, and it is not saved."

_SESSION = "kept_forms"
#: Never kept, whatever form they are in.
_NEVER = ("password", "credential", "csrfmiddlewaretoken", "submission_token")


def keep(request: HttpRequest, *, person: int | None = None) -> str:
    """Keep the form of ``request`` for the person to whom its page was shown.

    Args:
        request: What was sent.
        person: The key of who filled it in, where no token says so.

    Returns:
        A sentence for the person; empty where the form is not one of ours.

    """
    from accounts.acts.submissions import token_of  # which keeps forms, too

    token = token_of(request) if request.method == "POST" else None
    person = token.person if token else person
    if person is None or not hasattr(request, "session"):
        return ""
    answers = request.POST.copy()
    for name in list(answers):
        if any(never in name.lower() for never in _NEVER):
            del answers[name]
    page = page_of(request)
    sealed = {
        "person": person,
        "page": page,
        "answers": answers.urlencode(),
        "files": bool(request.FILES),
    }
    text = json.dumps(sealed)
    if len(text) > LONGEST:
        return NOT_KEPT
    kept: dict[str, str] = request.session.get(_SESSION, {})
    kept.pop(page, None)
    kept[page] = _seal().encrypt(text.encode()).decode()
    request.session[_SESSION] = dict(list(kept.items())[-MOST:])
    return AFTER_SIGN_IN


def page_of(request: HttpRequest) -> str:
    """The address of the page whose form was sent: where a button stood, if it has none itself."""
    view_class = getattr(request.resolver_match and request.resolver_match.func, "view_class", None)
    if view_class is None or hasattr(view_class, "get"):
        return request.get_full_path()
    came_from = request.headers.get("referer", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        page = urlsplit(came_from)._replace(scheme="", netloc="").geturl()
        if url_has_allowed_host_and_scheme(page, None):
            return page
    return reverse("accounts:home")


class KeptForm:
    """What was typed into a form that comes back."""

    def __init__(self, sealed: dict[str, Any]) -> None:
        self.answers = QueryDict(sealed["answers"])
        self.in_words = f"{COMES_BACK} {FILES}" if sealed["files"] else COMES_BACK


def find(request: HttpRequest) -> KeptForm | None:
    """What is kept of the page that ``request`` asks for, for this person; None if nothing is."""
    page = request.get_full_path()
    text = request.session.get(_SESSION, {}).get(page)
    if text is None or not request.user.is_authenticated:
        return None
    try:
        sealed = json.loads(_seal().decrypt(text.encode(), ttl=KEPT_FOR))
    except InvalidToken:
        forget(request)
        return None
    if (sealed["person"], sealed["page"]) != (request.user.pk, page):
        return None
    return KeptForm(sealed)


def forget(request: HttpRequest) -> None:
    """Keep nothing of this page any more: it is saved, or too old."""
    kept = request.session.get(_SESSION, {})
    if kept.pop(page_of(request), None) is not None:
        request.session[_SESSION] = kept


def _seal() -> MultiFernet:
    """Made from ``SECRET_KEY`` and those before it, for this one use."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    digests = (hashlib.sha256(f"kept form:{key}".encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
