"""Postcodes and points of the United Kingdom. Pure: no Django."""

import re
from decimal import Decimal

# Outward code, then the inward code, whose letters never include C, I, K, M, O or V. (GIR 0AA, a
# bank's, is the one exception, and has no hotel.)
_FULL = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][ABD-HJLNP-UW-Z]{2})")


def normalise_postcode(text: str) -> str:
    """Return a whole UK postcode as it is printed, ``WC1E 6HJ``, or ``""`` if `text` is not one.

    Case, missing and surplus spaces are forgiven (``po119jn``); nothing else is guessed: a letter O
    typed for a nought is for a person to mend.
    """
    match = _FULL.fullmatch("".join(text.split()).upper())
    return f"{match[1]} {match[2]}" if match else ""


def in_the_united_kingdom(latitude: Decimal | float, longitude: Decimal | float) -> bool:
    """Whether a WGS84 point, in degrees, lies in the box from Scilly to Shetland and Lowestoft."""
    return 49 <= latitude <= 61 and -9 <= longitude <= 2
