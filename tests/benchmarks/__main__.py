"""Measures every page at one or more sizes: ``make benchmark SIZE=1000000``.

Prints a table for each size and one of how pages grow, in Markdown, then submits, reminders and
memory at the largest. Times are of one machine; only ratios mean something elsewhere. Ends with 1
where a line is over its goal. One run at a time: each takes policies off for a moment.
"""

import argparse
import json
import math
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from config import embedded
from tests.benchmarks import database

#: Where the lines of each size are kept until the next run.
RESULTS = embedded.RUN_DIR / "scale"


def main() -> int:
    """Make what is missing, measure each size in a process of its own, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="?", default="10000", help="numbers of visits, by commas")
    parser.add_argument("--only", default="", help="pages whose name this pattern finds")
    parser.add_argument("--here", help=argparse.SUPPRESS)  # the database of this process
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    if options.here:
        _measure_here(options.here, sizes[0], options.only)
        return 0
    found = {}
    RESULTS.mkdir(parents=True, exist_ok=True)
    for visits in sizes:
        name = database.get(visits)
        _result(visits).unlink(missing_ok=True)
        # Its own process: nothing that one size left in memory or cache is found by the next.
        command = [sys.executable, "-m", "tests.benchmarks", str(visits), "--here", name]
        url = database.address(name, web=True) + "?options=-c%20statement_timeout%3D60s"
        environment = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        subprocess.run(
            [*command, "--only", options.only],
            cwd=database.ROOT,
            env=os.environ | environment,
            check=True,
        )
        found[visits] = json.loads(_result(visits).read_text())
    for visits, lines in found.items():
        print(f"\n{visits:,} visits, 60,000 venues; load of the machine {os.getloadavg()[0]:.1f}\n")
        _print_size(lines)
    missed = any(line["over"] for lines in found.values() for line in lines)
    if len(found) > 1:
        print("\nGrowth\n")
        missed |= _print_growth(found)
    if not options.only:
        for part in ("submits", "reminders", "memory"):
            print(f"\n{part.capitalize()}\n", flush=True)
            command = [sys.executable, "-m", f"tests.benchmarks.{part}", str(max(sizes))]
            missed |= subprocess.run(command, cwd=database.ROOT).returncode != 0
    return int(missed)


def _result(visits: int) -> Path:
    return RESULTS / f"{visits}.json"


def _measure_here(name: str, visits: int, only: str) -> None:
    import_module("config.asgi")  # as a web process starts

    from tests.benchmarks.measure import measure
    from tests.benchmarks.pages import pages

    lines = []
    with database.as_owner(name) as owner:
        for page in pages(owner):
            if re.search(only, page.name, re.IGNORECASE):
                line = measure(page, owner)
                print(f"{line.name}: {line.median:.0f} ms", file=sys.stderr, flush=True)
                lines.append(vars(line) | {"exponent": page.goal.exponent})
                _result(visits).write_text(json.dumps(lines))


def _print_size(lines: list[dict[str, Any]]) -> None:
    print("| page | ms: median (p95) | bare | × | × without policies | questions | kB | over |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for line in lines:
        star = "*" if line["requests"] < 4 else ""  # the machine's or the page's time was up
        cold = f", cold {line['cold']:,.0f}" if line["cold"] is not None else ""
        print(
            f"| {line['name']} | **{line['median']:,.0f}**{star} ({line['p95']:,.0f}){cold} "
            f"| {line['bare']:,.1f} | {line['median'] / line['bare']:,.1f} "
            f"| {line['without_policies']:.2f} | {line['questions']} "
            f"| {line['kilobytes']:,.0f} | {', '.join(line['over'])} |"
        )
    over = sum(bool(line["over"]) for line in lines)
    print(f"\n{over} of {len(lines)} lines are over a goal.")


def _print_growth(found: dict[int, list[dict[str, Any]]]) -> bool:
    """How each page grows from the smallest to the largest; whether one grows too much."""
    sizes = sorted(found)
    few, many = sizes[0], sizes[-1]
    by_name = [{line["name"]: line for line in found[size]} for size in sizes]
    print(f"| page | {' | '.join(f'{size:,}' for size in sizes)} | exponent | questions | over |")
    print("| --- " * (len(sizes) + 4) + "|")
    missed = False
    for name, last in by_name[-1].items():
        lines = [lines[name] for lines in by_name]
        exponent = math.log(last["median"] / lines[0]["median"]) / math.log(many / few)
        questions = [line["questions"] for line in lines]
        over = []
        if exponent > last["exponent"]:
            over.append("exponent")
        if len(set(questions)) > 1:
            over.append("questions")
        missed |= bool(over)
        medians = " | ".join(f"{line['median']:,.0f}" for line in lines)
        print(
            f"| {name} | {medians} "
            f"| {exponent:.2f} | {' → '.join(map(str, questions))} | {', '.join(over)} |"
        )
    return missed


if __name__ == "__main__":
    sys.exit(main())
