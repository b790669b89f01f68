"""Records of accounts that have a page of their history."""

from django.db.models import QuerySet

from accounts.models import User
from accounts.record import history


def _people(user: User) -> QuerySet[User]:
    everybody = User.objects.all()
    return everybody if user.has_perm("accounts.view_user") else everybody.none()


HISTORIES = (history.kind_of(User, visible_to=_people),)
