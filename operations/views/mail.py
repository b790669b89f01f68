"""The demonstration's mail: what a mail server would have delivered."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.generic import ListView, TemplateView

from accounts.access import RequiresPermission
from accounts.roles import VIEW_FOLLOW_UPS
from outbox import folder


class ShownInDemonstration(RequiresPermission):
    """A page that exists only where mail is kept in a folder, in the demonstration."""

    permission_required = VIEW_FOLLOW_UPS

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Nobody reads mail here in production."""
        if not folder.is_shown():
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class MessageList(ShownInDemonstration, ListView[Any]):
    """All messages, the newest first."""

    template_name = "operations/message_list.html"
    paginate_by = 50

    def get_queryset(self) -> list[str]:  # type: ignore[override]  # files, not rows
        """The names; only those of the page are read."""
        return folder.names()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the messages of this page."""
        context = super().get_context_data(**kwargs)
        context["kept"] = [folder.read(name) for name in context["page_obj"]]
        return context


class MessageDetail(ShownInDemonstration, TemplateView):
    """One message."""

    template_name = "operations/message_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the message."""
        try:
            message = folder.read(kwargs["name"])
        except FileNotFoundError:
            raise Http404 from None
        return super().get_context_data(**kwargs) | {"message": message}
