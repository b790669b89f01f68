"""Documents as PDF, written by Typst from a template and words, with tags for screen readers.

Typst works in a process of its own for each document (``govuk/typeset.py``): within a process of
the web it would stay with some 50 MB. Words go in as data, never as a part of the template, so that
none of them is markup.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
TIMEOUT = 20  # seconds


class NotTypesetError(RuntimeError):
    """The document could not be made; what Typst says may quote its words, so it is not told."""


def from_template(template: str, words: Mapping[str, Any]) -> bytes:
    """The document that ``template`` makes of ``words``, as PDF/UA-1.

    Args:
        template: Its path below ``templates/``.
        words: What it reads as ``json(bytes(sys.inputs.words))``.

    Raises:
        NotTypesetError: it could not be made, or not in time.

    """
    source = (TEMPLATES / template).read_text()
    given = json.dumps({"source": source, "words": json.dumps(words)})
    command = [sys.executable, "-I", str(Path(__file__).with_name("typeset.py"))]
    try:
        done = subprocess.run(command, input=given.encode(), capture_output=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        raise NotTypesetError(template) from None
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF"):
        raise NotTypesetError(template)
    return done.stdout
