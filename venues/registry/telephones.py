"""Telephone numbers as people write them. Pure: no Django."""

import re

#: 6 to 15 figures, as numbers of the world have, and an extension; for Python and PostgreSQL alike.
PATTERN = (
    r"^[+( ]*[0-9](?:[ ()-]*[0-9]){5,14}[ )]*"
    r"(?:(?:[eE][xX][tT]\.?|[xX]) ?[0-9]{1,6})?$"
)
NOT_A_NUMBER = "Enter a phone number, like 020 7946 0958"


def is_number(text: str) -> bool:
    """Whether ``text`` is one: "+44 (0)20 7946 0958", "020-7946-0958 ext 12"."""
    return re.fullmatch(PATTERN, text) is not None


def to_dial(number: str) -> str:
    """What to dial of a number: not its extension, nor a nought for those at home alone."""
    before = re.split("[eExX]", number, maxsplit=1)[0]
    return re.sub(r"[^0-9+]", "", before.replace("(0)", "") if "+" in before else before)
