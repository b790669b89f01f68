"""What a call handler types to find a live test."""

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.functional import cached_property

from accounts.govuk import GovFilterForm
from operations.models import VisitQuerySet

#: As in ``VenueQuerySet.search``: one wrong letter in a short word is forgiven.
LIKENESS = 0.45


class BoardSearch(GovFilterForm, forms.Form):
    """Finds by name, postcode or street; sent while one types where the page runs scripts."""

    submit_label = "Find"

    q = forms.CharField(
        label="Find by name, street or postcode",
        max_length=200,
        required=False,
        widget=forms.TextInput({"type": "search", "autocomplete": "off", "spellcheck": "false"}),
    )

    @cached_property
    def helper(self) -> FormHelper:
        """Ask the server at each letter typed, and every 20 seconds."""
        helper = super().helper
        helper.attrs |= {
            "hx-get": reverse("operations:board"),
            "hx-trigger": "input delay:150ms, every 20s, submit",
            "hx-sync": "this:replace",
            "hx-target": "#live-tests",
            "hx-include": "#live-tests-seen",
        }
        return helper

    @property
    def text(self) -> str:
        """What is looked for, empty for all."""
        return str(self.cleaned_data.get("q", "")) if self.is_valid() else ""

    def narrow(self, visits: VisitQuerySet) -> VisitQuerySet:
        """The visits whose venue has every word somewhere, or a name that is much like it."""
        if not self.text:
            return visits
        every_word = Q()
        for word in self.text.split():
            every_word &= (
                Q(venue__name__icontains=word)
                | Q(venue__address__icontains=word)
                | Q(venue__postcode__icontains=word)
                | Q(venue__squeezed_postcode__icontains=word)
            )
        likeness = TrigramWordSimilarity(self.text.upper(), Upper("venue__name"))
        return visits.alias(likeness=likeness).filter(every_word | Q(likeness__gte=LIKENESS))
