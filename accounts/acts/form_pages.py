"""The shape of a page with a form: it counts once, and it comes back filled where it was kept."""

import functools
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views import View

from accounts.acts import kept_forms, submissions, ways_back
from accounts.acts.kept_forms import KeptForm
from govuk import GovForm

#: How static/js/submit.js asks for an address in place of a redirect, and the answer to it.
ASKS_WHERE, WHERE = "X-Ask-Where", "X-Where"
#: It asks so for whatever page is next; else for that of signing in alone, on a phone.
ANY_PAGE = "any"


class FormPage(View):
    """Mix in first into every view that takes a form."""

    counts_once = True
    """False where what is made carries the message's own number, as an outcome does."""

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """The view, which acts once on each form: before it looks at how things stand by now."""
        view: Callable[..., HttpResponseBase] = super().as_view(**initkwargs)
        if not cls.counts_once:
            return view

        @functools.wraps(view)
        def once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            response = submissions.answer_once(
                request, lambda: _at_its_place(request, view(request, *args, **kwargs))
            )
            asks = request.headers.get(ASKS_WHERE) == ANY_PAGE
            return address_alone(response) if asks else response

        return once

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Say so where what the page is about was removed, before or while the form was acted on.

        The page has found it, then an act waits for its row while somebody else removes it or takes
        back what made it: the answer is the one of a moment later.
        """
        try:
            return super().dispatch(request, *args, **kwargs)
        except (Http404, ObjectDoesNotExist) as error:
            if found := self.removed():
                what, page = found
                messages.info(request, f"{what} was removed already, so nothing was changed now.")
                return submissions.did_nothing(HttpResponseRedirect(page))
            if request.method == "POST":
                raise Http404 from error
            raise

    def removed(self) -> tuple[str, str] | None:
        """What this person would see here if it were not removed (*The contact*), and its page."""
        return None

    @cached_property
    def kept(self) -> KeptForm | None:
        """What the person had typed here, if it could not be taken then."""
        kept = kept_forms.find(self.request) if self.request.method == "GET" else None
        if kept:
            messages.info(self.request, kept.in_words)
        return kept

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Fill the forms of the page with what was kept."""
        if self.kept:
            for form in context.values():
                if isinstance(form, GovForm):
                    form.kept = self.kept.answers
        response: HttpResponse = super().render_to_response(context, **kwargs)  # type: ignore[misc]
        return response


def address_alone(response: HttpResponseBase) -> HttpResponseBase:
    """The address to which ``response`` leads, if it leads on, for the page's script to open.

    A script would follow a redirect unseen, and what the next page has to say once would be said to
    nobody. This way the browser opens it, as it does without the script.
    """
    if not isinstance(response, HttpResponseRedirect):
        return response
    told = HttpResponse(status=204, headers={WHERE: response.url})
    told.cookies = response.cookies
    return told


def _at_its_place(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The answer, which leads on with the place that the form's page was opened from."""
    if isinstance(response, HttpResponseRedirect):
        response["Location"] = ways_back.carried(request, response.url)
    return response
