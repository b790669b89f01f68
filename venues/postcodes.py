"""UK postcodes as people and open data write them. Pure: no Django."""

import re

# Outward code, then the inward code, whose letters never include C, I, K, M, O or V
# (British Standard 7666; GIR 0AA, a bank's, has no hotel).
_FULL = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][ABD-HJLNP-UW-Z]{2})", re.ASCII)


def normalise_postcode(text: str) -> str:
    """Return a full UK postcode as it is printed, ``WC1E 6HJ``, or ``""`` if `text` is not one.

    Case, missing and surplus spaces are forgiven (``po119jn``); nothing else is guessed: a letter O
    typed for a nought is for a person to mend.
    """
    match = _FULL.fullmatch("".join(text.split()).upper())
    return f"{match[1]} {match[2]}" if match else ""
