"""People, for administrators."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import ManyToManyField, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import format_html_join

from accounts import actions, invitations
from accounts.acts.admin import ComesBackFilled
from accounts.models import User
from outbox import presenters
from outbox.models import State

#: Messages to a person that their page shows.
SHOWN = 5


class InvitationForm(forms.ModelForm[User]):
    """Somebody new. They set their own password by the link that the invitation brings."""

    class Meta:
        model = User
        fields = [
            "username",
            "first_name",
            "last_name",
            "email",
            "groups",
            "whole_force",
            "is_staff",
        ]


@admin.register(User)
class PersonAdmin(ComesBackFilled, UserAdmin[User]):
    """Invite people, give them roles, close accounts. Nobody is deleted: their acts stay on record.

    Nobody but its owner ever knows or sets a password.
    """

    list_display = ["username", "first_name", "last_name", "is_active", "whole_force", "mail"]
    list_filter = ["is_active", "groups", "whole_force"]
    fieldsets = (
        (None, {"fields": ("username",)}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Messages", {"fields": ("messages",)}),
        ("Access", {"fields": ("is_active", "is_staff", "groups", "whole_force")}),
    )
    add_form = InvitationForm
    add_form_template = "admin/change_form.html"
    add_fieldsets = (
        (
            None,
            {
                "fields": InvitationForm.Meta.fields,
                "description": "They get an email with a link to set their password.",
            },
        ),
    )
    actions = ["send_link", "remove_second_factors"]

    # The picker of two lists that Django has for many rows has no names for screen readers.
    filter_horizontal = ()
    formfield_overrides = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Nobody gives themselves more than they have."""
        own = ("is_active", "is_staff", "groups", "whole_force")
        return ("messages", *own) if obj is not None and obj == request.user else ("messages",)

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
            presenters.told(message, again="then choose “Send the invitation …” in the list")
            for message in invitations.messages_to(person)[:SHOWN]
        ]
        return format_html_join("", "<p>{}</p>", ((line,) for line in told)) or "None"

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        """Accounts are closed, not deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Invite somebody new; closing an account is an act of its own."""
        assert isinstance(request.user, User)
        if not change:
            actions.invite(person=obj, by=request.user)
            return
        super().save_model(request, obj, form, change)
        if "is_active" in form.changed_data and not obj.is_active:
            actions.close_account(person=obj, by=request.user)

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
        people = people.filter(is_active=True)
        for person in people:
            actions.send_password_link(person=person, by=request.user)
        self.message_user(request, f"Messages on their way: {len(people)}.", messages.SUCCESS)

    @admin.action(description="Remove second steps (lost phone) and end all sessions")
    def remove_second_factors(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """Let the chosen people set up a new second step when they sign in next."""
        assert isinstance(request.user, User)
        for person in people:
            actions.remove_second_factors(person=person, by=request.user)
        self.message_user(request, "They set up a new second step when they sign in next.")
