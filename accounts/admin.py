"""People, for administrators."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.contrib.messages import ERROR, SUCCESS, WARNING
from django.db import transaction
from django.db.models import ManyToManyField, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from accounts.access import rights
from accounts.access.requests import Right
from accounts.access.rights import Rights
from accounts.acts import work
from accounts.acts.admin import ComesBackFilled, FindsNames, ForTheWholeForce
from accounts.acts.refusals import Refused
from accounts.dates.london import duty_day
from accounts.models import DayPolicy, User
from accounts.sign_in import actions, invitations
from govuk import days
from outbox import presenters
from outbox.models import State

#: Messages to a person that their page shows.
SHOWN = 5
#: What only those who look after somebody change; rights have an act of their own.
OF_THE_ACCOUNT = ("username", "first_name", "last_name", "email", "telephone", "is_active")
TO_DO = "Check the address, correct it, then choose “Send the invitation …” in the list of people."


class PersonForm(forms.ModelForm[User]):
    """A person. What they may do is given by one act (``accounts/access/rights.py``), not here."""

    by: User
    groups = forms.ModelMultipleChoiceField(
        Group.objects.order_by("name"),
        label="Roles",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Planner and Administrator wait until a second person agrees.",
    )
    units: forms.ModelMultipleChoiceField[Any] = forms.ModelMultipleChoiceField(
        User.objects.none(),  # command units: this app imports none of venues
        label="Command units",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    whole_force = forms.BooleanField(
        label="Sees the whole force",
        required=False,
        help_text="Waits until a second person agrees. Otherwise: their own command units only.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "units" not in self.fields:
            return
        field = cast("forms.ModelMultipleChoiceField[Any]", self.fields["units"])
        unit = cast("Any", User._meta.get_field("command_units").related_model)
        field.queryset = unit.objects.all()
        if self.instance.pk:
            field.initial = self.instance.command_units.all()

    @property
    def wanted(self) -> Rights | None:
        """What the person is to have; None where the page does not ask."""
        if not {"groups", "units", "whole_force"} <= self.cleaned_data.keys():
            return None
        return Rights(
            roles=frozenset(group.name for group in self.cleaned_data["groups"]),
            units=frozenset(unit.pk for unit in self.cleaned_data["units"]),
            whole_force=self.cleaned_data["whole_force"],
        )

    def clean(self) -> dict[str, Any] | None:
        """Ask the act whether it would."""
        answers = super().clean()
        if wanted := self.wanted:
            for problem in rights.problems(person=self.instance, wanted=wanted, by=self.by):
                self.add_error(None, problem)
        changed = [name for name in OF_THE_ACCOUNT if name in self.changed_data]
        if self.instance.pk and changed and self.by.pk != self.instance.pk:
            try:
                rights.require_looking_after(self.instance, by=self.by)
            except Refused as refusal:
                self.add_error(changed[0], str(refusal))
        return answers

    def _post_clean(self) -> None:
        had = self.instance.whole_force
        super()._post_clean()  # type: ignore[misc]  # Django's
        self.instance.whole_force = had

    def _save_m2m(self) -> None:
        """Nothing: the act gives roles."""


class InvitationForm(PersonForm):
    """Somebody new. They set their own password by the link that the invitation brings."""

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email", "telephone"]


class ChangeForm(PersonForm):
    """Somebody who is there; closing the account asks who takes over what they have in hand."""

    is_active = forms.BooleanField(
        label="The account is open",
        required=False,
        help_text="Take the tick away when somebody leaves. Accounts are closed, never deleted.",
    )

    taken_over_by = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        label="Who takes over",
        help_text="When the account is closed, or roles or units go: who gets the person’s open "
        "follow-ups, and leads their operations. Planned visits stay with the planners of the "
        "unit.",
    )

    class Meta:
        model = User
        fields = [
            *("username", "first_name", "last_name", "email", "telephone", "is_active", "groups")
        ]
        # On one's own page, where these are only told.
        labels = {"is_active": "The account is open", "groups": "Roles"}
        help_texts = {"is_active": "", "groups": "Another administrator gives you roles."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer everybody else who still signs in."""
        super().__init__(*args, **kwargs)
        others = User.objects.filter(is_active=True).exclude(pk=self.instance.pk)
        by_name = others.order_by("last_name__normal", "first_name__normal", "pk")
        self.fields["taken_over_by"].queryset = by_name  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        """Refuse to leave work behind with nobody: try the acts, and take them back."""
        answers = super().clean()
        if not self.errors:
            try:
                with transaction.atomic():
                    self.change(User.objects.get(pk=self.instance.pk))
                    transaction.set_rollback(True)
            except Refused as refusal:
                for problem in refusal.problems:
                    self.add_error(problem.about or None, problem.message)
        return answers

    def change(self, person: User) -> list[Right]:
        """Close the account, or give ``person`` the rights that were chosen.

        Returns:
            What waits for a second person.

        """
        to, on = self.cleaned_data.get("taken_over_by"), duty_day(timezone.now())
        if "is_active" in self.changed_data and not self.cleaned_data["is_active"]:
            actions.close_account(person=person, by=self.by, on=on, to=to)
        wanted = self.wanted
        return (
            rights.change(person=person, wanted=wanted, by=self.by, on=on, to=to) if wanted else []
        )


class ByRole(admin.RelatedFieldListFilter):
    """People by role, which is what the product calls Django's groups."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name it, and those who have none."""
        super().__init__(*args, **kwargs)
        self.title = "role"
        self.empty_value_display = mark_safe("No role")


admin.site.unregister(Group)  # roles are the product's; a person's page gives them


@admin.register(User)
class PersonAdmin(FindsNames, ComesBackFilled, UserAdmin[User]):
    """Invite people, give them roles, close accounts. Nobody is deleted: their acts stay on record.

    Nobody but its owner ever knows or sets a password.
    """

    list_display = ["username", "first_name", "last_name", "is_active", "whole_force", "mail"]
    list_filter = ["is_active", ("groups", ByRole), "whole_force"]
    search_names = ("username", "first_name", "last_name")
    ordering = ["last_name__normal", "first_name__normal", "pk"]
    fieldsets = (
        (None, {"fields": ("username",)}),
        ("Person", {"fields": ("first_name", "last_name", "email", "telephone")}),
        ("Messages", {"fields": ("messages",)}),
        ("Access", {"fields": ("is_active", "groups", "units", "whole_force", "waits")}),
        ("Work in hand", {"fields": ("taken_over_by",)}),
    )
    form = ChangeForm
    add_form = InvitationForm
    add_form_template = "admin/change_form.html"
    add_fieldsets = (
        (
            None,
            {
                "fields": [*InvitationForm.Meta.fields, "groups", "units", "whole_force"],
                "description": "They get an email with a link to set their password.",
            },
        ),
    )
    actions = ["send_link", "remove_second_factors", "unlink"]

    # The picker of two lists that Django has for many rows has no names for screen readers.
    filter_horizontal = ()
    formfield_overrides = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Nobody gives themselves more than they have."""
        own = ("is_active", "groups", "units", "whole_force")
        told = ("messages", "waits")
        return (*told, *own) if obj is not None and obj == request.user else told

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The person, held with what they have in hand, in the order in which acts hold it."""
        if request.method == "POST" and (person := UserAdmin.get_object(self, request, *args)):
            work.keep(person, on=duty_day(timezone.now()))
        return super().get_object(request, *args, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With what became of the last invitation or link of each."""
        return super().get_queryset(request).annotate(letter_state=invitations.last_state())

    @admin.display(description="invitation or link")
    def mail(self, person: User) -> str:
        """What became of the last one, where it did not arrive."""
        state = getattr(person, "letter_state", None)
        return "" if state in (None, State.SENT) else State(state).label

    @admin.display(description="invitation, links and notices")
    def messages(self, person: User) -> str:
        """What became of each, the newest first, and what to do."""
        told = [
            presenters.told(message, to_do=TO_DO)
            for message in invitations.messages_to(person)[:SHOWN]
        ]
        return format_html_join("", "<p>{}</p>", ((line,) for line in told)) or "None"

    @admin.display(description="waits for a second person")
    def waits(self, person: User) -> str:
        """What was asked for and nobody has decided, which this page leaves as it is."""
        waiting = person.access_requests.waiting()
        if not waiting:
            return "Nothing"
        return format_html(
            '{}. <a href="{}">Agree, refuse or take back</a>.',
            ", ".join(request.get_right_display() for request in waiting),
            reverse("accounts:access_requests"),
        )

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        """Accounts are closed, not deleted."""
        return False

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The form, which knows who asks."""
        form = super().get_form(request, *args, **kwargs)
        form.by = request.user
        return form

    @admin.display(description="Command units")
    def units(self, person: User) -> str:
        """Where somebody works, on their own page."""
        return ", ".join(map(str, person.command_units.all())) or "None"

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Call the acts: inviting, closing an account, another address, other rights."""
        assert isinstance(request.user, User)
        if not change:
            waits = actions.invite(
                person=obj, by=request.user, on=duty_day(timezone.now()), wanted=form.wanted
            )
        else:
            address, telephone = obj.email, obj.telephone
            saved = User.objects.get(pk=obj.pk)
            obj.email, obj.telephone = saved.email, saved.telephone
            super().save_model(request, obj, form, change)
            if telephone != saved.telephone:
                actions.change_telephone(person=obj, telephone=telephone, by=request.user)
            rights.change_address(person=obj, address=address, by=request.user)
            waits = form.change(obj)
        if waits:
            self.message_user(request, _waiting([right.label for right in waits]), WARNING)

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002 (Django's name)
        form_url: str = "",
    ) -> HttpResponse:
        """Not here: administrators send a link instead."""
        raise Http404

    @admin.action(description="Send the invitation, or a link to set a new password, again")
    def send_link(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """Send each of the chosen people with an open account their way in."""
        assert isinstance(request.user, User)
        went, waits = 0, []
        for person in people.filter(is_active=True):
            try:
                if actions.send_password_link(person=person, by=request.user):
                    went += 1
                else:
                    waits.append(f"the link for {person}")
            except Refused as refusal:
                self.message_user(request, f"{person}: {refusal}", ERROR)
        self.message_user(request, f"Messages on their way: {went}.", SUCCESS)
        if waits:
            self.message_user(request, _waiting(waits), WARNING)

    @admin.action(description="Remove second steps (lost phone) and end all sessions")
    def remove_second_factors(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """Let the chosen people set up a new second step when they sign in next."""
        done = "sets up a new second step at the next sign-in"
        self._each(request, people, actions.remove_second_factors, done)

    @admin.action(description="Let a new account at the force take the old one’s place")
    def unlink(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """Forget which account at the provider is theirs."""
        done = "is known by the address at the next sign-in with the force"
        self._each(request, people, actions.unlink, done)

    def _each(
        self, request: HttpRequest, people: QuerySet[User], act: Callable[..., None], done: str
    ) -> None:
        for person in people:
            try:
                act(person=person, by=request.user)
                self.message_user(request, f"{person} {done}.", SUCCESS)
            except Refused as refusal:
                self.message_user(request, f"{person}: {refusal}", ERROR)


@admin.register(DayPolicy)
class DayPolicyAdmin(ForTheWholeForce, admin.ModelAdmin[DayPolicy]):
    """A change of the rules is a new row with the day from which it holds."""

    list_display = ("valid_from", "first_day", "last_day")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Any day that PostgreSQL keeps, or a range could never grow again."""
        return super().formfield_for_dbfield(
            db_field, request, **kwargs, first=days.FIRST, last=days.LAST
        )


def _waiting(what: list[str]) -> str:
    page = reverse("accounts:access_requests")
    return format_html(
        'This waits for a second person, who was told: {}. <a href="{}">See what waits</a>.',
        ", ".join(what),
        page,
    )
