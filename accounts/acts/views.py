"""The page of an act: a form, what is done with it, and where to go next; and of undoing one."""

import re
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.generic import FormView

from accounts.access.pages import RequiresPermission
from accounts.acts import undo
from accounts.acts.form_pages import FormPage
from accounts.acts.refusals import Refused
from accounts.acts.searching import found_at
from accounts.acts.submissions import did_nothing
from accounts.acts.versions import EditConflictError, Versioned
from accounts.models import Undo, User
from govuk import Button, GovForm
from govuk.texts import one_line


class ActView(FormPage, RequiresPermission, FormView[Any]):
    """A form whose answers go to an act; what the act refuses stands at the questions."""

    done = ""
    """What to say when it is done."""

    followed = ""
    """What followed from it, in a sentence, where :meth:`act` was told."""

    @property
    def record(self) -> Versioned | None:
        """What is edited, where two people may do so at once."""
        return None

    def act(self, form: Any) -> Any:
        """Do it.

        Returns:
            The address to go to, or the record whose page comes next.

        Raises:
            Refused: it breaks a rule.
            EditConflictError: somebody else saved :attr:`record` meanwhile.

        """
        raise NotImplementedError

    def confirmation(self, made: Any) -> str:
        """What to say when it is done; gets what the act returned."""
        return f"{self.done} {self.followed}".strip()

    def done_before(self) -> tuple[str, str] | None:
        """What to say where nothing is left to do, and the page to go to; None where there is."""
        return None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask, unless nothing is left to do; or tell static/js/search.js what fits a question."""
        if turned_away := self._turn_away():
            return turned_away
        if question := request.GET.get("find"):
            found = found_at(self.get_form(), question, request)
            self.note_found(found.rows)
            return JsonResponse(found.told)
        return super().get(request, *args, **kwargs)

    def note_found(self, rows: list[Any]) -> None:
        """Put on record what was shown, where reading it is recorded."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the answers, unless nothing is left to do."""
        return self._turn_away() or super().post(request, *args, **kwargs)

    def _turn_away(self) -> HttpResponse | None:
        if (found := self.done_before()) is None:
            return None
        said, page = found
        messages.info(self.request, said)
        return redirect(page)

    def form_valid(self, form: Any) -> HttpResponse:
        """Act, and go on; or show the form again with all that was typed."""
        try:
            made = self.act(form)
        except Refused as refusal:
            form.add_problems(refusal.problems)
            return self.form_invalid(form)
        except EditConflictError:
            form.tell_conflict(self.record)
            return self.form_invalid(form)
        if said := self.confirmation(made):
            undo.confirm(self.request, said)
        return redirect(made)


LOOK_AGAIN = "Look at it as it is now, then decide again."
#: A version as a form carries it.
VERSION = re.compile("[0-9]{1,9}")


class ButtonView(FormPage, RequiresPermission, View):
    """One button of a page: it acts at once, and goes back there with what was done or why not.

    Where the record that it acts on has versions, its form carries the one that was shown
    (``components/confirm_button.html``), and the act is told it: what somebody saved meanwhile is
    not acted on unseen.
    """

    done = ""
    """What to say when it is done."""

    about = "this"
    """What it acts on, in words."""

    @property
    def page(self) -> Any:
        """The record on whose page the button stands."""
        raise NotImplementedError

    @property
    def version(self) -> int:
        """The version of the record that the person had before them.

        Raises:
            EditConflictError: the form says none, so nobody knows what they saw.

        """
        shown = self.request.POST.get("version", "")
        if not VERSION.fullmatch(shown):
            raise EditConflictError
        return int(shown)

    def act(self) -> Any:
        """Do it.

        Raises:
            Refused: it breaks a rule.
            EditConflictError: somebody else saved the record meanwhile.

        """
        raise NotImplementedError

    def confirmation(self) -> str:
        """What to say when it is done."""
        return self.done

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The button stands on another page."""
        return redirect(self.page)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do it, or say why not."""
        try:
            self.act()
        except Refused as refusal:
            messages.error(request, str(refusal))
            return did_nothing(redirect(self.page))
        except EditConflictError:
            told = f"Nothing was done: {self.about} was changed after you opened it. {LOOK_AGAIN}"
            messages.error(request, told)
            return did_nothing(redirect(self.page))
        undo.confirm(request, self.confirmation())
        return redirect(self.page)


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
            return render(request, "accounts/acts/undo_why.html", context)
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
