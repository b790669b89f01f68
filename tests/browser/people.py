"""People who sign in with the password of the tests."""

from tests import factories


def person(username, role):
    """Somebody of the whole force."""
    made = factories.UserFactory(username=username, role=role, whole_force=True)
    made.set_password(factories.PASSWORD)
    made.save()
    return made
