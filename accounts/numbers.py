"""Numbers that come in from outside, such as keys in an address."""

#: No key of a database has more figures; without a bound a huge number stops the page.
MOST_FIGURES = 18


def whole_number(text: str) -> int | None:
    """The number that ``text`` spells in the figures 0 to 9, or None if it is not one of ours."""
    if text.isascii() and text.isdecimal() and len(text) <= MOST_FIGURES:
        return int(text)
    return None
