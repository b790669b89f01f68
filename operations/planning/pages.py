"""What pages about one operation share."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.access.pages import RequiresPermission
from accounts.dates.london import duty_day
from operations.planning import actions as planning
from operations.planning.forms import ChoosableVenuesForm
from operations.planning.models import Operation
from venues.models import VenueQuerySet


class OfOperation(RequiresPermission):
    """A page about the operation in its address. Mix in before the view."""

    kwargs: dict[str, Any]

    @cached_property
    def operation(self) -> Operation:
        """The operation, if the person may see it."""
        return get_object_or_404(Operation.objects.visible_to(self.user), pk=self.kwargs["pk"])


class NarrowsVenues(OfOperation):
    """The same, about the venues that may be added to it, as the filters in the address narrow
    them.
    """

    request: HttpRequest

    @cached_property
    def filter_form(self) -> ChoosableVenuesForm:
        return ChoosableVenuesForm(self.request.GET or None, user=self.user)

    @cached_property
    def matching(self) -> VenueQuerySet:
        """The venues that may be added and match."""
        venues = planning.choosable(self.operation, by=self.user)
        return self.filter_form.narrow(venues, on=duty_day(timezone.now()))
