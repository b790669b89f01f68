"""The demonstration's mail: what a mail server would have delivered."""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.generic import ListView, TemplateView

from accounts.access.pages import RequiresPermission
from accounts.database import scope
from accounts.models import User
from accounts.roles import VIEW_FOLLOW_UPS
from operations.follow_ups.models import ReminderCopy
from outbox import folder
from outbox.models import Lane, Message

SEES_ACCOUNT_MAIL = "accounts.view_user"


def names_visible_to(user: User) -> set[str]:
    """The messages that this person may read, by their names in the folder.

    Of reminders, those of which they may see every follow-up. Mail about accounts, whose links
    still work, is for administrators.
    """
    with scope.all_units():  # what this person can't see has to be known to be left out
        theirs = ReminderCopy.objects.visible_to(user)
        others = ReminderCopy.objects.exclude(pk__in=theirs.values("pk"))
        readable = Q(pk__in=theirs.values("message")) & ~Q(pk__in=others.values("message"))
        if user.has_perm(SEES_ACCOUNT_MAIL):
            readable |= Q(lane=Lane.ACCOUNT)
        ids = Message.objects.filter(readable).values_list("message_id", flat=True)
        return {str(message_id) for message_id in ids}


class ShownInDemonstration(RequiresPermission):
    """A page that exists only where mail is kept in a folder, in the demonstration."""

    permission_required = VIEW_FOLLOW_UPS

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Nobody reads mail here in production."""
        if not folder.is_shown():
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class MessageList(ShownInDemonstration, ListView[Any]):
    """The messages that one may read, the newest first."""

    template_name = "operations/follow_ups/message_list.html"
    paginate_by = 50

    def get_queryset(self) -> list[str]:  # type: ignore[override]  # files, not rows
        """The names; only those of the page are read."""
        readable = names_visible_to(self.user)
        return [name for name in folder.names() if name in readable]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the messages of this page."""
        context = super().get_context_data(**kwargs)
        context["kept"] = [folder.read(name) for name in context["page_obj"]]
        return context


class MessageDetail(ShownInDemonstration, TemplateView):
    """One message."""

    template_name = "operations/follow_ups/message_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name = kwargs["name"]
        if name not in names_visible_to(self.user):
            raise Http404
        try:
            message = folder.read(name)
        except FileNotFoundError:
            raise Http404 from None
        return super().get_context_data(**kwargs) | {"message": message}
