"""The people who sign in to the demonstration. All are invented."""

from dataclasses import dataclass

from accounts.roles import Role

#: One for all: the demonstration holds invented data only and listens on this machine only.
PASSWORD = "calm-river-lantern"  # noqa: S105


@dataclass(frozen=True)
class SignIn:
    """One invented person, for one role."""

    username: str
    first_name: str
    last_name: str
    role: Role

    @property
    def password(self) -> str:
        """What to type."""
        return PASSWORD


SIGN_INS = (
    SignIn("officer", "Oriel", "Fenwick", Role.VISITING_OFFICER),
    SignIn("planner", "Petra", "Lindqvist", Role.PLANNER),
    SignIn("lead", "Leonie", "Achterberg", Role.CSE_LEAD),
    SignIn("coordinator", "Corin", "Maddox", Role.TRAINING_COORDINATOR),
    SignIn("handler", "Hana", "Ostrowski", Role.CALL_HANDLER),
    SignIn("admin", "Ada", "Merriweather", Role.ADMINISTRATOR),
)
