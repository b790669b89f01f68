"""Floor of the branches that the tests take, in all and in each module.

Called after the tests with what they measured (``coverage json``).
"""

import json
import sys
from pathlib import Path
from typing import Any

IN_ALL, IN_EACH = 98, 90  # percent of lines and branches


def below_the_floor(report: dict[str, Any]) -> list[str]:
    """Name what the tests reach too little of, the whole last."""
    reached = {
        path: file["summary"]["percent_covered"] for path, file in sorted(report["files"].items())
    }
    found = [f"{path}: {share:.1f} %" for path, share in reached.items() if share < IN_EACH]
    in_all = report["totals"]["percent_covered"]
    if in_all < IN_ALL:
        found.append(f"all modules: {in_all:.2f} %")
    return found


if __name__ == "__main__":
    found = below_the_floor(json.loads(Path(sys.argv[1]).read_text()))
    if found:
        sys.exit("The tests take too few branches of:\n" + "\n".join(found))
