"""Passwords: which are too common, and the links by which people set their own."""

from pathlib import Path

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.utils.http import base36_to_int

from accounts.models import User

#: Seconds for which a link holds that replaces a forgotten password. An invitation holds for
#: ``settings.PASSWORD_RESET_TIMEOUT``: the person may be off duty.
RESET_HOLDS = 3600


#: Words that anybody would try here. What else a password has must be enough by itself.
OUR_WORDS = ("makesafe", "operation", "spotcheck", "spot check", "police", "hotel", "cadet")
ENOUGH_WITHOUT_THEM = 8  # letters


class CommonPasswords(CommonPasswordValidator):
    """Refuse the passwords that attackers try first: Django's list and the installation's own."""

    def __init__(self, more: str = "") -> None:
        """Read the lists.

        Args:
            more: A file with one password a line, such as the National Cyber Security Centre's
                100,000; none if empty.

        """
        super().__init__()
        if more:
            lines = Path(more).read_text(encoding="utf-8", errors="ignore").splitlines()
            self.passwords |= {line.strip().lower() for line in lines}

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse a listed password, and one of little more than our own words.

        Raises:
            ValidationError: with the sentence for the form.

        """
        super().validate(password, user)
        rest = password.lower()
        for word in OUR_WORDS:
            rest = rest.replace(word, "")
        if len(rest) < ENOUGH_WITHOUT_THEM:
            raise ValidationError("This password is too easy to guess here. Use other words.")


class PasswordLinks(PasswordResetTokenGenerator):
    """What makes a link to set a password valid: once, not for long, not for a closed account."""

    def check_token(self, user: User | None, token: str | None) -> bool:
        """Whether the link may be used now."""
        if user is None or not token or not user.is_active or not super().check_token(user, token):
            return False
        if not user.has_usable_password():  # an invitation
            return True
        made = base36_to_int(token.split("-")[0])
        return self._num_seconds(self._now()) - made <= RESET_HOLDS
