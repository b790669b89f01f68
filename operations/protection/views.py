"""The page that tells who could have known of a visit before it began."""

from typing import Any

from django.utils import timezone
from django.views.generic import DetailView

from accounts.access.pages import RequiresPermission
from accounts.roles import VIEW_OPERATIONS
from operations.protection.who_could_have_known import who_could_have_known
from operations.visits.models import Visit, VisitQuerySet


class KnownBefore(RequiresPermission, DetailView[Visit]):
    """For those who answer for operations, of the visits that they may see."""

    permission_required = VIEW_OPERATIONS
    template_name = "operations/protection/known_before.html"
    context_object_name = "visit"

    def get_queryset(self) -> VisitQuerySet:
        return Visit.objects.visible_to(self.user).select_related("venue", "operation")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With all whom the record names. That somebody looked them up is on record too."""
        known = who_could_have_known(self.object, at=timezone.now())
        people = [one.user for one in (*known.read, *known.could)]
        self.record_reads(viewed=[self.object], listed=people)
        return super().get_context_data(**kwargs) | {"known": known}
