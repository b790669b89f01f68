"""Reference data of the registry, for administrators. Venues have pages of their own."""

from django import forms
from django.contrib import admin
from django.db.models import ManyToManyField

from accounts.acts.admin import ComesBackFilled
from venues.models import CommandUnit, Force, LocalAuthority, VenueGroup


class Kept(ComesBackFilled):
    """Mix into an admin of rows that others point to: they are changed, never deleted."""

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        """Nobody deletes them."""
        return False


@admin.register(Force)
class ForceAdmin(Kept, admin.ModelAdmin[Force]):
    """The force of this installation; several where forces share one."""


@admin.register(CommandUnit)
class CommandUnitAdmin(Kept, admin.ModelAdmin[CommandUnit]):
    """Command units and who works for them: this decides which visits a person sees."""

    list_display = ["name", "code", "force"]
    list_filter = ["force"]
    list_select_related = ["force"]
    search_fields = ["name", "code"]
    # The picker of two lists that Django has for many rows has no names for screen readers.
    formfield_overrides = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}


@admin.register(LocalAuthority)
class LocalAuthorityAdmin(Kept, admin.ModelAdmin[LocalAuthority]):
    """Local authorities and the command unit of each. Their boundaries come by import."""

    list_display = ["name", "command_unit", "gss_code", "fhrs_code"]
    list_filter = ["command_unit"]
    list_select_related = ["command_unit"]
    search_fields = ["name", "gss_code", "fhrs_code"]
    exclude = ["boundary"]


@admin.register(VenueGroup)
class VenueGroupAdmin(Kept, admin.ModelAdmin[VenueGroup]):
    """The chains that run venues."""

    search_fields = ["name"]
