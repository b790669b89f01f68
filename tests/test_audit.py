"""The audit of the locks: a hole stops a change, a database out of reach does not."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / ".ci" / "audit.py"
NOWHERE = "http://127.0.0.1:9"  # a port that nothing listens to

CLEAN = {"name": "django", "version": "5.2.19", "vulns": []}
HOLED = CLEAN | {"vulns": [{"id": "CVE-2099-1", "fix_versions": ["5.2.20"]}]}
UNKNOWN = {"name": "django", "skip_reason": "Dependency not found"}
NPM_CLEAN = {"auditReportVersion": 2, "vulnerabilities": {}}
NPM_HOLED = NPM_CLEAN | {"vulnerabilities": {"sass": {"name": "sass", "severity": "high"}}}
NPM_REFUSED = {"message": "405 Method Not Allowed - POST", "statusCode": 405}
NPM_NO_LOCK = {"error": {"code": "ENOLOCK", "summary": "This command requires a lockfile."}}

spec = importlib.util.spec_from_file_location("audit", SCRIPT)
audit = importlib.util.module_from_spec(spec)
sys.modules["audit"] = audit  # where dataclasses look for the names in annotations
spec.loader.exec_module(audit)


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """Put tools that say what they are told in place of the real ones."""

    def put(name: str, said: str, error: str = "", code: int = 0) -> None:
        (tmp_path / f"{name}.out").write_text(said)
        (tmp_path / f"{name}.err").write_text(error)
        tool = tmp_path / name
        tool.write_text(f'#!/bin/sh\ncat "{tool}.out"; cat "{tool}.err" >&2; exit {code}\n')
        tool.chmod(0o755)

    put("pip-audit", json.dumps({"dependencies": [CLEAN]}))
    put("npm", json.dumps(NPM_CLEAN))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return put


def test_nothing_known_lets_a_change_land(tools, capsys):
    assert audit.main() == 0
    assert capsys.readouterr().out.count("0 known vulnerabilities") == 3


def test_a_hole_in_a_python_package_stops_it_and_is_named(tools, capsys):
    tools("pip-audit", json.dumps({"dependencies": [UNKNOWN, HOLED]}), code=1)
    assert audit.main() == 1
    assert "django 5.2.19: CVE-2099-1, mended in 5.2.20" in capsys.readouterr().out


def test_a_hole_in_a_package_of_the_front_end_stops_it_and_is_named(tools, capsys):
    tools("npm", json.dumps(NPM_HOLED), code=1)
    assert audit.main() == 1
    assert "sass: high" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "said", "error"),
    [
        ("pip-audit", json.dumps({"dependencies": [UNKNOWN]}), ""),
        ("pip-audit", "", "requests.exceptions.ProxyError: HTTPSConnectionPool"),
        ("pip-audit", "", "ERROR:pip_audit._cli:Could not connect to X's vulnerability feed"),
        ("npm", json.dumps(NPM_REFUSED), ""),
        ("npm", json.dumps({"message": f"request to {NOWHERE}/x failed, reason: connect"}), ""),
    ],
)
def test_a_database_out_of_reach_is_said_and_stops_nothing(tools, capsys, name, said, error):
    tools(name, said, error, code=1)
    assert audit.main() == 0
    assert "can't be reached from here" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "said", "error"),
    [
        ("pip-audit", "", "ERROR:pip_audit._cli:requirement x is not hashed"),
        ("pip-audit", "{}", ""),
        ("npm", json.dumps(NPM_NO_LOCK), "npm error code ENOLOCK"),
        ("npm", "", "Segmentation fault"),
    ],
)
def test_a_tool_that_does_not_work_stops_it(tools, capsys, name, said, error):
    tools(name, said, error, code=1)
    assert audit.main() == 1
    assert "the audit did not work" in capsys.readouterr().out


def test_a_tool_that_does_not_come_back_is_not_waited_for(tools, monkeypatch, tmp_path):
    (tmp_path / "npm").write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(audit, "TIMEOUT", 0.5)
    assert not audit.node().asked


@pytest.mark.parametrize("name", ["pip-audit", "npm"])
def test_the_real_tools_are_understood_where_nothing_can_be_reached(name, tmp_path, monkeypatch):
    """The words that a tool has for it are its own: a new version may have others."""
    if not shutil.which(name, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}"):
        pytest.skip(f"there is no {name}")
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    for proxy in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(proxy, "")
    for proxy in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(proxy, NOWHERE)
    monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("npm_config_registry", NOWHERE)
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    finding = audit.python("requirements-dev.txt") if name == "pip-audit" else audit.node()
    assert not finding.fault
    assert not finding.asked


def test_a_lock_that_is_not_whole_is_a_fault_for_the_real_tool(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    lock = tmp_path / "requirements.txt"
    lock.write_text("django==5.2.19\n")  # without its hash
    assert "hash" in audit.python(str(lock)).fault


def test_the_command_says_by_its_code_whether_a_change_may_land(tools):
    tools("npm", json.dumps(NPM_HOLED), code=1)
    done = subprocess.run([sys.executable, SCRIPT], cwd=ROOT, capture_output=True)
    assert done.returncode == 1
