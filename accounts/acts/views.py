"""The page behind the button *Undo*."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

from accounts.acts import undo
from accounts.models import Undo, User


class TakeBack(View):
    """Takes an act back and says what that brought about; then back to where the button was.

    Whoever is signed in gets here; whether they may is for the act, which asks.
    """

    def post(self, request: HttpRequest, number: uuid.UUID) -> HttpResponse:
        """Take it back, or say why not."""
        assert isinstance(request.user, User)
        back = _back(request)
        try:
            taken_back = undo.take_back(number=number, by=request.user, at=timezone.now())
        except Undo.DoesNotExist:
            raise Http404 from None
        except undo.UndoneBeforeError as error:
            messages.info(request, str(error))
        except undo.CannotUndoError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Undone. {taken_back.says}")
            back = undo.page_after(taken_back) or back
        return redirect(back)


def _back(request: HttpRequest) -> str:
    page = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()})
    return page if ours else "accounts:home"
