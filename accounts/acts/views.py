"""The page behind the button *Undo*."""

import uuid

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

from accounts.acts import undo
from accounts.database.texts import one_line
from accounts.govuk import Button, GovForm
from accounts.models import Undo, User


class WhyForm(GovForm, forms.Form):
    """Why an act is taken back that nobody takes back without a reason."""

    submit_label = "Undo"

    reason = forms.CharField(
        label="Why?", help_text="It goes on record.", max_length=200, widget=forms.Textarea
    )
    next = forms.CharField(widget=forms.HiddenInput, required=False)

    def buttons(self) -> list[Button]:
        """What is undone stays on record."""
        return [Button(self.submit_label, kind="warning")]


class TakeBack(View):
    """Takes an act back and says what that brought about; then back to where the button was.

    Whoever is signed in gets here; whether they may is for the act, which asks.
    """

    def post(self, request: HttpRequest, number: uuid.UUID) -> HttpResponse:
        """Take it back, or say why not, or ask for the reason first."""
        assert isinstance(request.user, User)
        back = _back(request)
        form = WhyForm(request.POST if "reason" in request.POST else None, initial={"next": back})
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        try:
            taken_back = undo.take_back(
                number=number, by=request.user, at=timezone.now(), reason=reason
            )
        except Undo.DoesNotExist:
            raise Http404 from None
        except undo.ReasonNeededError as error:
            if form.is_bound and not one_line(request.POST["reason"]):
                form.errors["reason"] = form.error_class([str(error)])
            context = {"form": form, "back": back}
            return render(request, "accounts/undo_why.html", context)
        except undo.UndoneBeforeError as error:
            messages.info(request, str(error))
            back = undo.page_after(error.undo) or back
        except undo.CannotUndoError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Undone. {taken_back.says}")
            back = undo.page_after(taken_back) or back
        return redirect(back)


def _back(request: HttpRequest) -> str:
    page = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()})
    return page if ours else reverse("accounts:home")
