"""Postcodes and points of the United Kingdom. Pure: no Django."""

import re
from decimal import Decimal

# Outward code, then the inward code, whose letters never include C, I, K, M, O or V. (GIR 0AA, a
# bank's, is the one exception, and has no hotel.)
_FULL = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][ABD-HJLNP-UW-Z]{2})")

#: What maps and word processors write for a minus.
_MINUS_SIGNS = str.maketrans(
    dict.fromkeys(
        "\u02d7\u2010\u2011\u2012\u2013\u2014\u2015\u207b\u2212\u2796\ufe58\ufe63\uff0d", "-"
    )
)
_DEGREES = re.compile(r"([-+]?)\s*([0-9]{1,3}(?:\.[0-9]*)?)\s*°?\s*([NSEW]?)")


def normalise_postcode(text: str) -> str:
    """Return a whole UK postcode as it is printed, ``WC1E 6HJ``, or ``""`` if `text` is not one.

    Case, missing and surplus spaces are forgiven (``po119jn``); nothing else is guessed: a letter O
    typed for a nought is for a person to mend.
    """
    match = _FULL.fullmatch("".join(text.split()).upper())
    return f"{match[1]} {match[2]}" if match else ""


def degrees(text: str) -> Decimal | None:
    """Return the degrees that `text` says, as maps give them, to six places; None if none.

    ``51.50735091``, ``−0.12775829`` with any minus sign, ``0.1278° W``: west and south are below 0.
    """
    match = _DEGREES.fullmatch(text.strip().translate(_MINUS_SIGNS).upper())
    if not match:
        return None
    sign = -1 if (match[1] == "-") != (match[3] in ("S", "W")) else 1
    return round(sign * Decimal(match[2]), 6)


def both_degrees(text: str) -> tuple[str, str] | None:
    """Return latitude and longitude pasted as one (``51.5, -0.12``), or None if `text` is not."""
    typed = text.translate(_MINUS_SIGNS).strip().removeprefix("(").removesuffix(")")
    parts = [part for part in re.split(r"\s*[,;]\s*|(?<=[\d°NSns])\s+(?=[-+\d])", typed) if part]
    if len(parts) != 2 or None in (degrees(parts[0]), degrees(parts[1])):
        return None
    return parts[0], parts[1]


def in_the_united_kingdom(latitude: Decimal | float, longitude: Decimal | float) -> bool:
    """Whether a WGS84 point, in degrees, lies in the box from Scilly to Shetland and Lowestoft."""
    return 49 <= latitude <= 61 and -9 <= longitude <= 2
