"""Uploaded files: bounds, encoding, tidy text, and how one is refused.

Pure: no Django.
"""

import codecs
import os
from collections.abc import Iterator
from typing import BinaryIO

from govuk.texts import one_line as tidy

__all__ = ["BrokenFile", "check_size", "read_text", "tidy"]

_CHUNK = 64 * 2**10
_DOWNLOAD_AGAIN = "Download it again from where it was published and import the new copy."


class BrokenFile(Exception):  # noqa: N818 (it names a thing people know, not a bug)
    """A file that is refused whole.

    Its text is for the person who chose the file: what is wrong, that nothing was imported, and
    what to do (`advice`).
    """

    def __init__(self, problem: str, advice: str = _DOWNLOAD_AGAIN) -> None:
        super().__init__(f"{problem} Nothing was imported. {advice}")


def check_size(size: int, max_bytes: int) -> None:
    """Raise `BrokenFile` when `size`, in bytes, is over `max_bytes`."""
    if size > max_bytes:
        raise BrokenFile(
            f"The file is larger than {max_bytes / 2**20:.4g} MB, the most that is accepted.",
            "Check that it is the right file.",
        )


def read_text(file: BinaryIO, max_bytes: int) -> Iterator[str]:
    """Yield `file` from its start as text, piece by piece, without a byte-order mark.

    Raises `BrokenFile` before reading when the file is larger than `max_bytes`, and while reading
    when it is not UTF-8 text or turns out longer than it said.
    """
    check_size(file.seek(0, os.SEEK_END), max_bytes)
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    size = 0
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        check_size(size, max_bytes)
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError as error:
            raise BrokenFile("The file is not text in UTF-8, as it is published.") from error
        if "\0" in text:
            raise BrokenFile("The file is not text in UTF-8, as it is published.")
        if text:  # a piece may hold no more than half a letter
            yield text
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise BrokenFile("The file ends in the middle of a letter: it was cut off.") from error
