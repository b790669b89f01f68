"""The backend of Django's sign-in: who a session belongs to, with what their roles permit."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Value
from django.db.models.functions import Concat

from accounts.database.compiled import Compiled
from accounts.models import User


@Compiled
def _person(key: int) -> QuerySet[User]:
    granted = Permission.objects.filter(group__user=OuterRef("pk")).order_by()
    names = granted.values(full=Concat("content_type__app_label", Value("."), "codename"))
    return User.objects.filter(pk=key).annotate(granted=ArraySubquery(names))


class People(AuthenticationBackend):
    """Permissions come from roles alone, in the question that finds the person: each page needs
    both.
    """

    def get_user(self, user_id: int) -> User | None:
        """The person, unless the account is closed."""
        found = _person.first(user_id)
        if found is None or not self.user_can_authenticate(found):
            return None
        if not found.is_superuser:
            found._group_perm_cache = set(found.granted)  # type: ignore[attr-defined]  # ModelBackend's
        return found

    def _get_user_permissions(self, user_obj: Any) -> QuerySet[Permission]:
        """None: nobody has permissions besides those of their roles."""
        return Permission.objects.none()
