"""The way back: the list, its filters, its page and its row, carried along to where one goes on.

A list puts its own address into each link to what stands in it: ``?back=/venues/?page=2#row-7``.
The page behind leads back there, and so do the acts on it. What an address brings is believed only
where it is a path of ours.
"""

from urllib.parse import quote, urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

#: The parameter of the address.
FIELD = "back"
#: Letters of the longest place that is carried along.
LONGEST = 600


def place(request: HttpRequest) -> str:
    """The place that the address of ``request`` brings along; empty if it brings none of ours."""
    back: str = request.GET.get(FIELD, "")
    ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if ours and len(back) <= LONGEST else ""


def onward(request: HttpRequest, url: str, row: str = "") -> str:
    """``url`` with the way back to this page, at ``row`` of it."""
    here = request.get_full_path()
    if len(here) > LONGEST // 2:  # by then it carries a place itself
        here = request.path
    return _with_place(url, f"{here}#{row}" if row else here)


def carried(request: HttpRequest, url: str) -> str:
    """``url`` with the place of this page; the place itself, where ``url`` is that list."""
    back = place(request)
    if not back:
        return url
    if urlsplit(back).path == urlsplit(url).path:
        return back
    return _with_place(url, back)


def came_from(request: HttpRequest, url: str, label: str) -> tuple[str, str]:
    """Where a record's page was opened from, and what to call it; ``url`` if that is not known."""
    back = place(request)
    if not back:
        return url, label
    return back, label if urlsplit(back).path == urlsplit(url).path else "Back"


def _with_place(url: str, back: str) -> str:
    parts = urlsplit(url)
    if parts.netloc or f"{FIELD}=" in parts.query:
        return url
    query = "&".join(filter(None, [parts.query, f"{FIELD}={quote(back, safe='/')}"]))
    return parts._replace(query=query).geturl()
