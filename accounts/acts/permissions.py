"""The question that each act asks first: may this person do such a thing at all?"""

from django.core.exceptions import PermissionDenied

from accounts.models import User


def require(by: User, *permissions: str) -> None:
    """Refuse an act to whoever may not, whatever page, task or program called it.

    Args:
        by: Who acts. Somebody whose account is closed may do nothing.
        permissions: Those of ``accounts.roles`` that it takes, all of them.

    Raises:
        PermissionDenied: one of them is missing.

    """
    if not by.has_perms(permissions):
        raise PermissionDenied
