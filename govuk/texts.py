"""The one way in which text is made tidy, wherever it comes from: forms, files, programs.

What stands on one line often says which thing is meant (a reference, a name, a postcode), so two
spellings that look alike become one (NFKC): full-width letters, ligatures. Longer text keeps its
letters (NFC). Nothing keeps what can't be seen. Pure: no Django.
"""

import re
import unicodedata

#: Control characters, but for those that break a line or stand for a space.
_CONTROLS = r"\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f"
_BREAKS = r"\u000a-\u000d\u001c-\u001e\u0085\u2028\u2029"
#: Zero-width and filler characters, marks of direction, selectors of a glyph, tags: they would let
#: two equal names differ, or a name show as another. Written for Python and PostgreSQL alike.
_INVISIBLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
#: Half a pair of code units, which JSON can spell and nothing can store.
_HALVES = r"\ud800-\udfff"

_HIDDEN = re.compile(f"[{_CONTROLS}{_INVISIBLE}{_HALVES}]")
_BREAK = re.compile(rf"\r\n|[{_BREAKS}]")

#: What no text of the database holds, as a regular expression of PostgreSQL.
NEVER_IN_LINES = rf"[\u0001-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029{_INVISIBLE}]"
NEVER_IN_A_LINE = rf"[\u0001-\u001f\u007f-\u009f\u2028\u2029{_INVISIBLE}]"


def one_line(text: str) -> str:
    """``text`` on one line, with single spaces and nothing that can't be seen."""
    seen = _HIDDEN.sub("", _BREAK.sub(" ", text))
    # Again: taking letters apart and together can bring spaces forth.
    return " ".join(_HIDDEN.sub("", unicodedata.normalize("NFKC", seen)).split())


def lines(text: str) -> str:
    """``text`` with its lines, single spaces in them, and nothing that can't be seen."""
    seen = unicodedata.normalize("NFC", _HIDDEN.sub("", _BREAK.sub("\n", text)))
    return "\n".join(" ".join(line.split()) for line in seen.split("\n")).strip("\n")


def without_hidden(text: str) -> str:
    """``text`` as it is, but for what can't be seen: for what comes in before it is known."""
    return _HIDDEN.sub("", text)


def has_controls(text: str) -> bool:
    """Whether there is a control character, a line break included, where none can be meant."""
    return any(unicodedata.category(letter) == "Cc" for letter in text)
