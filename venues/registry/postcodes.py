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
#: Degrees, then minutes, then seconds, of which the last may have decimals, by whatever marks; a
#: letter before or after. What marks them may have come apart into two on its way here.
_DEGREES = re.compile(
    r"""
    (?P<before>[NSEW]?) \s* (?P<sign>[-+]?) \s* (?P<degrees>[0-9]{1,3}(?:\.[0-9]*)?) \s*
    (?:[°ºO]\s*
        (?:(?P<minutes>[0-9]{1,2}(?:\.[0-9]*)?)\s*
            (?:['’‘′]\s*
                (?:(?P<seconds>[0-9]{1,2}(?:\.[0-9]*)?)\s*(?:["”“″]|['’‘′]{2})?\s*)?
            )?
        )?
    )?
    (?P<after>[NSEW]?)
    """,
    re.VERBOSE,
)
_NORTH, _EAST = "NS", "EW"
#: Letters of a point that anybody would type; longer texts would take long to take apart.
_LONGEST = 200
#: Where latitude may end and longitude begin.
_BETWEEN = re.compile(r"[,;\s]+|(?<=[NSEW])(?=[-+0-9])|(?<=[^\sNSEW])(?=[NSEW])")


def normalise_postcode(text: str) -> str:
    """Return a whole UK postcode as it is printed, ``WC1E 6HJ``, or ``""`` if `text` is not one.

    Case, missing and surplus spaces are forgiven (``po119jn``); nothing else is guessed: a letter O
    typed for a nought is for a person to mend.
    """
    match = _FULL.fullmatch("".join(text.split()).upper())
    return f"{match[1]} {match[2]}" if match else ""


def degrees(text: str, letters: str = _NORTH + _EAST) -> Decimal | None:
    """Return the degrees that `text` says, as maps give them, to six places; None if none.

    ``51.50735091``, ``−0.12775829`` with any minus sign, ``0.1278° W``, ``51°30'26.5"N``: west and
    south are below 0. A minus beside a letter could mean either, so it is none; so could east and
    west of minutes without a letter.

    Args:
        text: What was typed.
        letters: Those of the quarters that it may be in; both of them may be.

    """
    match = _DEGREES.fullmatch(text[:_LONGEST].strip().translate(_MINUS_SIGNS).upper())
    if not match or len(text) > _LONGEST:
        return None
    written = [match[part] for part in ("degrees", "minutes", "seconds") if match[part]]
    letter = match["before"] + match["after"]
    minus = match["sign"] == "-"
    if "." in "".join(written[:-1]) or any(Decimal(part) >= 60 for part in written[1:]):
        return None
    if len(letter) > 1 or (letter and (minus or letter not in letters)):
        return None
    if len(written) > 1 and letters == _EAST and not (letter or match["sign"]):
        return None
    found = sum((Decimal(part) / 60**at for at, part in enumerate(written)), Decimal())
    if found > (90 if letters == _NORTH or (letter and letter in _NORTH) else 180):
        return None
    return round(-found if minus or letter in ("S", "W") else found, 6)


def latitude(text: str) -> Decimal | None:
    """The latitude that `text` says, as :func:`degrees` reads it."""
    return degrees(text, _NORTH)


def longitude(text: str) -> Decimal | None:
    """Likewise the longitude."""
    return degrees(text, _EAST)


def both_degrees(text: str) -> tuple[Decimal, Decimal] | None:
    """Return latitude and longitude pasted as one (``51.5, -0.12``), or None if `text` is not.

    Without letters latitude comes first, as maps have it; with them either may.
    """
    typed = text.translate(_MINUS_SIGNS).strip().removeprefix("(").removesuffix(")").upper()
    found = set()
    for between in _BETWEEN.finditer(typed) if len(typed) <= _LONGEST else ():
        first, second = typed[: between.start()], typed[between.end() :]
        if re.search("[EW]", first) or re.search("[NS]", second):
            first, second = second, first
        north, east = latitude(first), longitude(second)
        if north is not None and east is not None:
            found.add((north, east))
    return found.pop() if len(found) == 1 else None


def in_the_united_kingdom(latitude: Decimal | float, longitude: Decimal | float) -> bool:
    """Whether a WGS84 point, in degrees, lies in the box from Scilly to Shetland and Lowestoft."""
    return 49 <= latitude <= 61 and -9 <= longitude <= 2
