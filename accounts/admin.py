"""People, for administrators."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import ManyToManyField

from accounts.models import User


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    """Add people, give them roles, close accounts. Nobody is deleted: their acts stay on record."""

    list_display = ["username", "first_name", "last_name", "is_active", "whole_force"]
    list_filter = ["is_active", "groups", "whole_force"]
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Access", {"fields": ("is_active", "is_staff", "groups", "whole_force")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "email", "usable_password", "password1", "password2")}),
    )

    # The picker of two lists that Django has for many rows has no names for screen readers.
    filter_horizontal = ()
    formfield_overrides = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        """Accounts are closed, not deleted."""
        return False
