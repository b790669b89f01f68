"""The page where a second person gives or refuses what one administrator asked for."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.generic import TemplateView, View

from accounts.access import rights
from accounts.access.pages import RequiresPermission, RequiresRecentSignIn
from accounts.acts.refusals import Refused
from accounts.models import AccessRequest
from accounts.roles import DECIDE_ACCESS


class AccessRequests(RequiresRecentSignIn, RequiresPermission, TemplateView):
    """What waits for a second person, the oldest first."""

    permission_required = DECIDE_ACCESS
    template_name = "accounts/access/access_requests.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Each request with why this person can't decide it, if so."""
        waiting = AccessRequest.objects.visible_to(self.user).waiting()
        asked = list(
            waiting.select_related("person", "asked_by").prefetch_related("asked_by__groups")
        )
        rows = [(request, rights.why_not(request, by=self.user)) for request in asked]
        return super().get_context_data(rows=rows, me=self.user, **kwargs)


class Decide(RequiresRecentSignIn, RequiresPermission, View):
    """Give, or refuse, one of them."""

    permission_required = DECIDE_ACCESS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what the button says, and say what came of it."""
        found = get_object_or_404(AccessRequest.objects.visible_to(self.user), pk=pk)
        agrees = request.POST.get("decision") == "give"
        try:
            (rights.approve if agrees else rights.refuse)(request=found, by=self.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            own = found.asked_by_id == self.user.pk
            said = "Given" if agrees else "Taken back" if own else "Refused"
            messages.success(request, f"{said}: {found.get_right_display()}, {found.person}.")
        return redirect("accounts:access_requests")
