"""What a page with a form answers where what it is about goes while the form is acted on."""

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from accounts.acts.form_pages import FormPage
from venues.models import Venue


class Goes(FormPage):
    """A page whose record is there when it opens, and gone when it acts."""

    counts_once = False

    def get(self, request: HttpRequest) -> HttpResponse:
        """Look for what nobody promised to be there: our own mistake."""
        raise Venue.DoesNotExist

    def post(self, request: HttpRequest) -> HttpResponse:
        """Act on what was removed while it waited for the row."""
        raise Venue.DoesNotExist


def test_a_form_on_what_went_while_it_was_acted_on_is_answered_as_a_moment_later():
    with pytest.raises(Http404):
        Goes.as_view()(RequestFactory().post("/"))


def test_a_page_that_only_shows_makes_no_missing_page_of_our_own_mistake():
    with pytest.raises(Venue.DoesNotExist):
        Goes.as_view()(RequestFactory().get("/"))
