"""What holds for the repository as a whole."""

import ast
import random
import re
import string
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()

#: Spelt so that this file does not contain what it looks for.
FORBIDDEN = re.compile(
    r"registry\.(npm|yarn)[a-z]*\.|files\.python[a-z]+\.|//p(y)pi\.|//deb\.[a-z]+\."
    r"|(?<![.\w])/(r)oot/\.?[a-z]|(?<![.\w])/(w)ork/[a-z]|(?<![.\w])/(h)ome/[a-z]"
)


def tracked_files() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in tracked_files():
        try:
            found.append((path, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def test_no_file_names_a_registry_host_or_a_folder_of_one_machine():
    hits = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path, text in texts()
        if (match := FORBIDDEN.search(text))
    ]
    assert not hits


#: What looks like a secret and is none: file, the line, why it may stand there.
NO_SECRETS = {
    ("README.md", "| `DATABASE_URL` |"): "the shape of an address",
    ("README.md", "| `EMAIL_URL` |"): "the shape of an address",
    ("config/mail.py", '    "smtp'): "the shape of an address",
    ("config/production.py", '        right = f"'): "the shape of an address",
    ("config/production.py", '            "smtp'): "the shape of an address",
    ("tests/config/test_production.py", '    "OIDC_CLIENT_SECRET"'): "of an invented provider",
    ("tests/accounts/sign_in/test_a_new_secret_key.py", "SECRET = "): "of an invented person’s app",
    ("tests/accounts/sign_in/test_once.py", "SECRET = "): "of an invented person’s app",
    ("tests/accounts/sign_in/test_once.py", "    assert client.post(form"): "a wrong one",
    ("tests/accounts/sign_in/test_once.py", "    good = "): "of an invented person",
    ("tests/config/test_mail.py", "URL = "): "of an invented server",
    ("tests/config/test_mail.py", '        "EMAIL_HOST_PASSWORD"'): "of an invented server",
    ("tests/config/test_mail.py", '    assert "smtp'): "the shape of an address",
    ("tests/outbox/", "        send_to(settings, f"): "of the tests' own server",
    ("tests/outbox/", "    settings.SECRET_KEY"): "stands for one",
    ("operations/migrations/", "            trigger=pgtrigger"): "the digest of a trigger",
    ("accounts/demo.py", "PASSWORD = "): "of invented people; shown on the demonstration's page",
    ("tests/factories.py", "PASSWORD = "): "of the tests' invented people",
    ("docs/operators.md", "       DATABASE_URL="): "the shape of an address",
    ("docs/operators.md", "       OWNER_DATABASE_URL="): "the shape of an address",
    ("docs/operators.md", "       EMAIL_URL="): "the shape of an address",
    ("tests/production/", "PASSWORD = "): "of an invented person",
    ("docs/security.md", "| 6.2.2, 6.2.3 |"): "the name of a form",
    ("tests/accounts/", "    client.post(reverse("): "a wrong one",
    ("tests/accounts/", "def guess("): "a wrong one",
    ("tests/accounts/", "    settings.SECRET_KEY"): "stands for one",
    ("tests/accounts/", '    assert "This is not your'): "a wrong one",
    ("tests/accounts/", '        "password'): "of the tests' invented people",
    ("tests/accounts/", '        "secret": '): "of the tests' provider",
}
#: What detect-secrets looks for: words chosen by chance, keys, and what stands beside a telling
#: name. Its detectors for single services would see nothing more and take four times as long; none
#: of these asks another machine.
LOOKED_FOR = {
    "plugins_used": [
        {"name": "AWSKeyDetector"},
        {"name": "Base64HighEntropyString", "limit": 4.5},
        {"name": "BasicAuthDetector"},
        {"name": "HexHighEntropyString", "limit": 3.0},
        {"name": "JwtTokenDetector"},
        {"name": "KeywordDetector"},
        {"name": "PrivateKeyDetector"},
    ],
    "filters_used": [
        {"path": f"detect_secrets.filters.heuristic.{name}"}
        for name in (
            "is_indirect_reference",
            "is_likely_id_string",
            "is_potential_uuid",
            "is_prefixed_with_dollar_sign",
            "is_sequential_string",
            "is_templated_secret",
        )
    ]
    + [
        {
            "path": "detect_secrets.filters.regex.should_exclude_secret",
            # What we say about passwords: a sentence, the name of a class, a rate.
            "pattern": [
                r"^[A-Z“].*\s.*",
                r"^Password$",
                r"^password_changed$",
                r"^[a-z_.]+\.[A-Z]\w+$",
                r"^\d+/\w+/\w+.*$",
            ],
        }
    ],
}


def looks_secret(path: Path) -> list[tuple[str, str]]:
    """The lines of a file in which detect-secrets sees one: the file's name and the line."""
    lines = path.read_text().splitlines()
    name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
    return [(name, lines[found.line_number - 1]) for found in scan_file(str(path))]


def test_no_file_holds_a_secret():
    """Locks apart, whose hashes anybody can look up."""
    with transient_settings(LOOKED_FOR):
        found = [
            hit
            for path, _ in texts()
            if not path.match("requirements*.txt") and path.name != "package-lock.json"
            for hit in looks_secret(path)
        ]
    left = {
        known: [hit for hit in found if hit[0].startswith(known[0]) and hit[1].startswith(known[1])]
        for known in NO_SECRETS
    }
    assert [hit for hit in found if not any(hit in hits for hits in left.values())] == []
    assert [known for known, hits in left.items() if not hits] == []  # none that is out of date


def test_a_secret_in_a_file_would_be_found(tmp_path):
    spilled = tmp_path / "settings.py"
    # By chance, but the same each time: some of what chance gives looks like words to the finder.
    chance = "".join(random.Random(7).choices(string.ascii_letters + string.digits, k=32))
    spilled.write_text(f"SECRET_KEY = '{chance}'\nEMAIL_URL = 'smtp://web:{chance}@host'\n")
    with transient_settings(LOOKED_FOR):
        assert {line.split()[0] for _, line in looks_secret(spilled)} == {"SECRET_KEY", "EMAIL_URL"}


def test_no_third_party_code_is_committed():
    names = {path.relative_to(ROOT).parts[0] for path in tracked_files()}
    assert not names & {"node_modules", "staticfiles", ".venv"}
    assert (
        not list((ROOT / "static").glob("build/*"))
        or not subprocess.run(
            ["git", "ls-files", "static/build"], cwd=ROOT, capture_output=True, check=True
        ).stdout
    )


def test_every_setting_of_the_environment_is_in_the_readme():
    settings = (ROOT / "config/settings.py").read_text()
    names = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))
    assert len(names) > 10
    missing = {name for name in names if f"`{name}`" not in README}
    assert not missing


def test_every_file_that_the_readme_names_is_there():
    names = re.findall(r"`((?:\w+/)+[\w.]*)`", README) + re.findall(r"\]\((docs/[^)]+)\)", README)
    assert len(names) > 15
    missing = [name for name in names if name != "docs/pictures/" and not (ROOT / name).exists()]
    assert [name for name in missing if not name.startswith(".run")] == []


def test_every_file_and_test_that_the_security_page_names_is_there():
    """Names of files have a slash or an end; ``file::test`` names a test in it."""
    page = (ROOT / "docs/security.md").read_text()
    named = re.findall(r"`([\w./-]+(?:/|\.\w+))(?:::(\w+))?`", page)
    named += [(f"docs/{link}", "") for link in re.findall(r"\]\(([\w.]+)\)", page)]
    assert len(named) > 100
    for file, test in named:
        assert (ROOT / file).exists(), file
        assert not test or f"def {test}(" in (ROOT / file).read_text(), f"{file}::{test}"


def test_every_make_target_that_the_readme_names_exists():
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"make ([a-z-]+)\b", README)) - {"an"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize(
    ("lock", "groups"), [("requirements.txt", []), ("requirements-dev.txt", ["dev"])]
)
def test_the_lock_holds_every_dependency_with_a_hash(lock, groups):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = list(project["project"]["dependencies"])
    for group in groups:
        wanted += project["dependency-groups"][group]
    locked = (ROOT / lock).read_text()
    for requirement in wanted:
        name = re.match(r"[\w.-]+", requirement).group().lower()
        assert re.search(rf"^{re.escape(name)}==\S+.*\\\n\s+--hash=", locked, re.MULTILINE), name


def test_no_page_or_message_blames_a_venue():
    """Rule 7 of the design: no page says failed, caught or offender of a venue."""
    unfair = re.compile(r"\b(failed|failure|caught|offender|culprit|guilty)\b", re.IGNORECASE)
    comment = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}", re.DOTALL)
    hits = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in (ROOT / "templates").rglob("*.*")
        if (match := unfair.search(comment.sub("", path.read_text())))
    ]
    assert not hits


def test_no_row_is_held_by_its_key():
    """``FOR UPDATE`` makes everybody wait whose rows merely point to it, and so in a circle."""
    held = re.compile(r"select_for_update\((?![^()]*(\([^()]*\)[^()]*)*no_key=True)")
    assert held.search("rows.select_for_update(of=('self',))")
    asked = [path for path, text in texts() if path.suffix == ".py" and held.search(text)]
    tests = ROOT / "tests"
    assert not [path for path in asked if not path.is_relative_to(tests)]


CLOCK = {"localdate", "localtime", "now", "today", "utcnow"}


def read_at_import(node: ast.AST) -> Iterator[ast.Call]:
    """Where the clock is read as soon as a module is imported: in no body of a function."""
    if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in CLOCK:
        yield node
    later: list[ast.AST] = []
    match node:
        case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body):
            later = body
        case ast.Lambda(body=body):
            later = [body]
    for child in ast.iter_child_nodes(node):
        if child not in later:
            yield from read_at_import(child)


def test_no_test_reads_the_clock_before_it_runs():
    """It would take yesterday for today in a run over midnight."""
    wrong = "@given(now())\ndef f(day=dt.date.today()): now()\nclass A:\n    at = timezone.now()"
    assert len(list(read_at_import(ast.parse(wrong)))) == 3
    assert not list(read_at_import(ast.parse("def f(): now()\ng = lambda: now()")))
    hits = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in (ROOT / "tests").rglob("*.py")
        for call in read_at_import(ast.parse(path.read_text()))
    ]
    assert not hits
