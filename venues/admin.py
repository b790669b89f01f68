"""Reference data of the registry, for administrators. Venues have pages of their own."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import ManyToManyField
from django.http import HttpRequest
from django.utils import timezone

from accounts.access import rights
from accounts.access.rights import Rights
from accounts.acts.admin import (
    ComesBackFilled,
    FindsNames,
    ForTheWholeForce,
    sees_whole_force,
)
from accounts.dates.london import duty_day
from accounts.models import User
from venues.models import CommandUnit, Force, LocalAuthority, VenueGroup


class Kept:
    """Mix into an admin of rows that others point to: they are changed, never deleted."""

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        """Nobody deletes them."""
        return False


@admin.register(Force)
class ForceAdmin(Kept, ForTheWholeForce, admin.ModelAdmin[Force]):
    """The force of this installation; several where forces share one."""


class CommandUnitForm(forms.ModelForm[CommandUnit]):
    """A command unit and its people, whom one act puts there (``accounts/access/rights.py``)."""

    by: User

    def changes(self) -> list[tuple[User, Rights]]:
        """Whoever comes or goes, with what they are to have then."""
        members = frozenset(self.cleaned_data.get("members", ()))
        before = frozenset(self.instance.members.all()) if self.instance.pk else frozenset()
        unit = frozenset({self.instance.pk or 0})
        found = []
        for person in sorted(members ^ before, key=lambda one: one.pk):
            has = Rights.of(person)
            units = has.units | unit if person in members else has.units - unit
            found.append((person, replace(has, units=units)))
        return found

    def clean(self) -> dict[str, Any] | None:
        """Ask the act whether it would."""
        answers = super().clean()
        for person, wanted in self.changes():
            for problem in rights.problems(person=person, wanted=wanted, by=self.by):
                self.add_error("members", f"{person}: {problem}")
        return answers

    def _save_m2m(self) -> None:
        """Nothing: the act does it."""


@admin.register(CommandUnit)
class CommandUnitAdmin(FindsNames, Kept, ComesBackFilled, admin.ModelAdmin[CommandUnit]):
    """Command units and who works for them: this decides which visits a person sees.

    An administrator of some of them looks after their people; what a unit is, is for the whole
    force.
    """

    form = CommandUnitForm

    list_display = ["name", "code", "force"]
    list_filter = ["force"]
    list_select_related = ["force"]
    search_fields = ["name", "code"]
    # The picker of two lists that Django has for many rows has no names for screen readers.
    formfield_overrides = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Add one only as somebody who sees the whole force."""
        return super().has_add_permission(request) and sees_whole_force(request)

    def get_readonly_fields(self, request: HttpRequest, obj: CommandUnit | None = None) -> Any:
        """All but its people, for others."""
        return () if sees_whole_force(request) else ("force", "code", "name", "mailbox")

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The form, which knows who asks."""
        form = super().get_form(request, *args, **kwargs)
        form.by = request.user
        return form

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Let people come and go."""
        assert isinstance(request.user, User)
        on = duty_day(timezone.now())
        for person, wanted in form.changes():
            rights.change(person=person, wanted=wanted, by=request.user, on=on)


@admin.register(LocalAuthority)
class LocalAuthorityAdmin(FindsNames, Kept, ForTheWholeForce, admin.ModelAdmin[LocalAuthority]):
    """Local authorities and the command unit of each. Their boundaries come by import."""

    list_display = ["name", "command_unit", "gss_code", "fhrs_code"]
    list_filter = ["command_unit"]
    list_select_related = ["command_unit"]
    search_fields = ["name", "gss_code", "fhrs_code"]
    exclude = ["boundary"]


@admin.register(VenueGroup)
class VenueGroupAdmin(FindsNames, Kept, ForTheWholeForce, admin.ModelAdmin[VenueGroup]):
    """The chains that run venues."""

    search_fields = ["name"]
