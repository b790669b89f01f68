"""Pages of approval: submit, decide, withdraw and publish an operation, and what waits for one."""

from functools import cached_property
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import ListView

from accounts.access.pages import RequiresPermission
from accounts.acts.views import ActView
from accounts.roles import AUTHORISE_OPERATIONS, PLAN_OPERATIONS
from operations.approval import actions as approval
from operations.approval.cloning import clone_operation
from operations.approval.coverage import differences, scope_of, standing
from operations.approval.forms import (
    AuthoriseForm,
    CloneForm,
    PublishForm,
    RefuseForm,
    SubmitForm,
    WithdrawForm,
)
from operations.approval.models import Authorisation, AuthorisationQuerySet
from operations.approval.presenters import facts_of
from operations.planning.pages import OfOperation
from operations.teams.models import TeamMember


class ActOnOperation(OfOperation, ActView):
    """A form about one operation as a whole, for whoever plans it."""

    permission_required = PLAN_OPERATIONS

    def has_permission(self) -> bool:
        """Its planner; somebody else who plans in one command unit does not decide for all."""
        return super().has_permission() and self.operation.has_planner(self.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"operation": self.operation}


class Submit(ActOnOperation):
    """Asks for authority; says first what is missing."""

    template_name = "operations/approval/submit.html"
    title = "Submit for authority"
    form_class = SubmitForm
    done = "The operation waits for somebody to authorise it."

    def get_initial(self) -> dict[str, Any]:
        """As many as there are, and the assessments of the last time."""
        now = scope_of(self.operation)
        before = Authorisation.objects.filter(operation=self.operation).first()
        names = ("risk_assessment", "risk_assessed_on", "equality_check", "equality_checked_on")
        kept = {name: getattr(before, name) for name in names} if before else {}
        numbers = {"venues_at_most": now.venues, "cadet_visits_at_most": now.cadet_visits}
        return kept | numbers

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what is missing, and what has changed since it was authorised last."""
        authority = standing(self.operation)
        return super().get_context_data(**kwargs) | {
            "missing": approval.what_is_missing(self.operation, at=timezone.now()),
            "changed": differences(self.operation, authority) if authority else [],
        }

    def act(self, form: SubmitForm) -> str:
        approval.submit_operation(
            operation=self.operation, by=self.user, at=timezone.now(), **form.asked()
        )
        return self.operation.get_absolute_url()


class Withdraw(ActOnOperation):
    """Takes back what was asked for, or an authority that is not used."""

    template_name = "operations/approval/withdraw.html"
    title = "Withdraw"
    form_class = WithdrawForm
    done = "It is withdrawn."

    def act(self, form: WithdrawForm) -> str:
        approval.withdraw_operation(
            operation=self.operation,
            reason=form.cleaned_data["reason"],
            by=self.user,
            at=timezone.now(),
        )
        return self.operation.get_absolute_url()


class Clone(OfOperation, ActView):
    """Makes a draft like an operation that there was."""

    permission_required = PLAN_OPERATIONS
    template_name = "operations/approval/clone.html"
    title = "Make another like it"
    form_class = CloneForm
    done = "The draft is made. Check its venues, then plan its visits."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"operation": self.operation}

    def act(self, form: CloneForm) -> str:
        made = clone_operation(
            operation=self.operation, by=self.user, at=timezone.now(), **form.cleaned_data
        )
        return made.get_absolute_url()


class Publish(ActOnOperation):
    """Lets the teams see their visits."""

    template_name = "operations/approval/publish.html"
    title = "Publish"
    form_class = PublishForm
    done = "The operation is published. Its teams are told by mail."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With how many people are told; those of other command units are not counted."""
        members = TeamMember.objects.visible_to(self.user).filter(
            visit__operation=self.operation, visit__state="planned", officer__isnull=False
        )
        officers = members.values("officer").distinct().count()
        return super().get_context_data(**kwargs) | {"officers": officers}

    def act(self, form: PublishForm) -> str:
        approval.publish_operation(operation=self.operation, by=self.user, at=timezone.now())
        return self.operation.get_absolute_url()


class ToAuthorise(RequiresPermission, ListView[Authorisation]):
    """What waits for this person, the longest first."""

    permission_required = AUTHORISE_OPERATIONS
    template_name = "operations/approval/to_authorise.html"
    context_object_name = "waiting"

    def get_queryset(self) -> AuthorisationQuerySet:
        found = Authorisation.objects.for_decision_by(self.user)
        return found.select_related("operation", "lead", "submitted_by")


class Decides(ActView):
    """A form about what somebody asked for."""

    permission_required = AUTHORISE_OPERATIONS

    @cached_property
    def asked(self) -> Authorisation:
        """What was asked for, if it was theirs to decide; perhaps decided meanwhile."""
        found = Authorisation.objects.visible_to(self.user)
        found = found.select_related("operation", "lead", "scenario", "submitted_by", "decided_by")
        return get_object_or_404(found, pk=self.kwargs["pk"])

    def done_before(self) -> tuple[str, str] | None:
        """Where it was decided meanwhile, or is for somebody else."""
        page = self.asked.operation.get_absolute_url()
        if not self.asked.is_waiting:
            return "This was decided or withdrawn already.", page
        if not approval.may_decide(self.asked, by=self.user):
            return "Somebody else has to decide this.", page
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "asked": self.asked,
            "operation": self.asked.operation,
            "facts": facts_of(self.asked),
        }


class Authorise(Decides):
    """Authorises what was asked for."""

    template_name = "operations/approval/authorise.html"
    title = "Authorise an operation"
    form_class = AuthoriseForm
    done = "The operation is authorised."

    def get_initial(self) -> dict[str, Any]:
        """The days that were asked for, and what is being read."""
        asked = self.asked
        days = {"valid_from": asked.starts_on, "valid_until": asked.ends_on}
        return days | {"fingerprint": asked.fingerprint}

    def act(self, form: AuthoriseForm) -> str:
        approval.authorise_operation(
            authorisation=self.asked, by=self.user, at=timezone.now(), **form.answers()
        )
        return self.asked.operation.get_absolute_url()


class Refuse(Decides):
    """Refuses it."""

    template_name = "operations/approval/refuse.html"
    title = "Refuse an operation"
    form_class = RefuseForm
    done = "The operation is refused. Its planner reads why on its page."

    def act(self, form: RefuseForm) -> str:
        approval.refuse_operation(
            authorisation=self.asked,
            rationale=form.cleaned_data["rationale"],
            by=self.user,
            at=timezone.now(),
        )
        return self.asked.operation.get_absolute_url()
