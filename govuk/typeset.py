"""A process that makes one PDF: a template and words in by the input, the document out.

Started by ``govuk/pdf.py``. It reads no file, knows no setting and opens no connection.
"""

import json
import sys

import typst


def main() -> None:
    """Read, make, write."""
    given = json.load(sys.stdin)
    made = typst.compile(
        given["source"].encode(),
        format="pdf",
        sys_inputs={"words": given["words"]},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
    )
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
