"""``make audit``: whether anybody knows of a hole in a package that we have locked.

pip-audit and npm are asked. Where the database of known holes can't be reached, or does not know
our packages (a mirror without it), that is said and nothing is held against the change; where it
was reached and knows of a hole, or where a tool could not do its work, the change does not land.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")
TIMEOUT = 180  # seconds for each tool; then its database counts as out of reach

#: Holes that are known, can't be closed yet and can't be used here: id → why.
ACCEPTED: dict[str, str] = {}

#: How the libraries of the two tools name what went wrong between here and the database.
OUT_OF_REACH = re.compile(
    r"requests\.exceptions\.\w+"
    r"|pip_audit\._service\.interface\.(ConnectionError|ServiceError)"
    r"|Could not connect to \w+'s vulnerability feed|not redirecting properly"
    r"|request to \S+ failed|^\d{3} [A-Z]|E(NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT|AI_AGAIN)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Finding:
    """What came of asking about one lock."""

    about: str
    holes: Sequence[str] = ()
    """Each one as a line for a person."""
    asked: bool = True
    """Whether the database was reached and knows our packages."""
    fault: str = ""
    """What the tool said where it could not do its work."""

    def __str__(self) -> str:
        if self.fault:
            return f"{self.about}: the audit did not work.\n{self.fault}"
        if not self.asked:
            return (
                f"{self.about}: skipped, the database of known vulnerabilities can't be reached "
                "from here. Run 'make audit' where it can."
            )
        return "\n".join([f"{self.about}: {len(self.holes)} known vulnerabilities", *self.holes])


def main() -> int:
    """Ask about each lock and print what came of it; 1 if the change must not land."""
    findings = [*(python(lock) for lock in LOCKS), node()]
    for finding in findings:
        print(finding)
    return int(any(finding.holes or finding.fault for finding in findings))


def python(lock: str) -> Finding:
    """Ask pip-audit about a lock of Python packages."""
    options = "--disable-pip --require-hashes --format json --progress-spinner off --timeout 15"
    ignored = [word for hole in ACCEPTED for word in ("--ignore-vuln", hole)]
    ran = _run(["pip-audit", "--requirement", lock, *options.split(), *ignored])
    try:
        packages: list[dict[str, Any]] = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return _no_answer(lock, ran)
    known = [package for package in packages if "vulns" in package]
    holes = [
        f"  {package['name']} {package['version']}: {hole['id']}, "
        f"mended in {', '.join(hole['fix_versions']) or 'no version yet'}"
        for package in known
        for hole in package["vulns"]
    ]
    return Finding(lock, holes, asked=bool(known))


def node() -> Finding:
    """Ask npm about the lock of the front end."""
    lock = "package-lock.json"
    if not shutil.which("npm"):
        return Finding(lock, asked=False)
    ran = _run(["npm", "audit", "--json"])
    try:
        answer: dict[str, Any] = json.loads(ran.stdout)
    except ValueError:
        return _no_answer(lock, ran)
    if "auditReportVersion" not in answer:
        return _no_answer(lock, ran)
    packages = answer["vulnerabilities"].values()
    return Finding(lock, [f"  {package['name']}: {package['severity']}" for package in packages])


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", "ETIMEDOUT")


def _no_answer(about: str, ran: subprocess.CompletedProcess[str]) -> Finding:
    """Tell a database that can't be reached from a tool that does not work."""
    try:
        said = str(json.loads(ran.stdout)["message"])
    except (ValueError, KeyError, TypeError):
        said = ran.stderr
    if OUT_OF_REACH.search(said):
        return Finding(about, asked=False)
    return Finding(about, fault=said[-2000:] or f"exit code {ran.returncode}, and no words")


if __name__ == "__main__":
    sys.exit(main())
