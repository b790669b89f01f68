"""Telephone numbers of people of the force: as they type them, as they are kept, and as they read.

Kept as E.164 says, with the country before them, so that one number is written in one way and any
phone can dial it. Pure: no Django.
"""

import re

#: What is kept, for Python and PostgreSQL alike: a plus and at most 15 figures.
PATTERN = r"^\+[1-9][0-9]{6,14}$"
#: Numbers such as 999, 101 and 112.
SHORT = r"^[0-9]{3}$"
NOT_A_NUMBER = "Enter a telephone number, like 07700 900123 or 020 7946 0958"
#: In the United Kingdom nine figures (a few old towns) or ten follow its code; no number there
#: begins with 0, 4 or 6, and mobile ones have ten.
_BRITISH = re.compile(r"\+44(?:7[0-9]{9}|[123589][0-9]{8,9})")
#: Mobile phones there: 070 is a number that follows somebody about, 076 a pager.
_MOBILE = re.compile(r"\+447[1-57-9][0-9]{8}")
_WRITTEN = re.compile(r"[0-9+ ().\-\u2010-\u2015\u2212]+")
#: How the figures after the country's code are grouped, by how they begin.
_GROUPS = (
    (re.compile(r"(2[0-9])([0-9]{4})([0-9]{4})"), "0{} {} {}"),
    (re.compile(r"(1[0-9]1|11[0-9]|3[0-9]{2}|[89][0-9]{2})([0-9]{3})([0-9]{3,4})"), "0{} {} {}"),
    (re.compile(r"([0-9]{4})([0-9]{5,6})"), "0{} {}"),
)


def normal(text: str) -> str | None:
    """The number that ``text`` spells, as it is kept; None where it spells none.

    Without a country's code it is one of the United Kingdom: "07700 900123", "020 7946 0958",
    "+44 (0)20 7946 0958", "00353 1 234 5678".
    """
    if not _WRITTEN.fullmatch(text):
        return None
    figures = re.sub(r"[^0-9+]", "", text.replace("(0)", "") if "+" in text else text)
    if figures.startswith("00"):
        figures = f"+{figures[2:]}"
    elif figures.startswith("0"):
        figures = f"+44{figures[1:]}"
    figures = re.sub(r"^\+440", "+44", figures)
    if not re.match(PATTERN, figures):
        return None
    return figures if not figures.startswith("+44") or _BRITISH.fullmatch(figures) else None


def is_short(text: str) -> bool:
    """Whether ``text`` is a short number, such as 999."""
    return re.fullmatch(r"[0-9]{3}", text, re.ASCII) is not None


def shown(number: str) -> str:
    """A number that is kept, as people read it out."""
    if number.startswith("+44"):
        for pattern, form in _GROUPS:
            if found := pattern.fullmatch(number[3:]):
                return form.format(*found.groups())
    return number


def takes_texts(number: str) -> bool:
    """Whether it is a mobile phone's, as far as the number tells; abroad any may be."""
    return not number.startswith("+44") or _MOBILE.fullmatch(number) is not None
