"""What ships is pinned and hashed, its licences are listed, and none asks more of an office than it can give."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from docs import licences

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
STRICT = re.compile(r"(?<!L)GPL|Affero|GNU General|unknown|SSPL|BUSL|Commons Clause|NonCommercial", re.IGNORECASE)
SHIPPED = ("server", "issuer", "verify-report", "postgresql", "private")


def requirements() -> list[Requirement]:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    lines = setup["options"]["install_requires"].split("\n")
    for extra in SHIPPED:
        lines += setup["options.extras_require"][extra].split("\n")
    return [Requirement(line) for line in lines if line.strip() and not line.strip().startswith("#")]


def pinned() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in licences.PINNED.findall(LOCK):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


@pytest.mark.parametrize("wanted", requirements(), ids=str)
def test_what_is_wanted_is_pinned_within_its_range(wanted: Requirement) -> None:
    versions = pinned()[canonicalize_name(wanted.name)]
    assert [version for version in versions if wanted.specifier.contains(version)]


def test_every_pin_has_hashes_and_no_address() -> None:
    pins = re.split(r"\n(?=[a-z])", LOCK.strip())
    assert len(pins) > 60
    assert not [pin for pin in pins if "--hash=sha256:" not in pin]
    assert "://" not in LOCK


def test_the_list_of_licences_is_the_newest() -> None:
    listed = dict(
        re.findall(r"^\| (\S+) \| (?:Python|npm) \| (.+) \|$", licences.TARGET.read_text("utf-8"), re.MULTILINE)
    )
    assert set(listed) == {*licences.python_names(LOCK), *licences.npm_licences()}, "run make licences"


def test_no_licence_is_unknown_or_asks_for_the_portals_own_source() -> None:
    rows = re.findall(
        r"^\| (\S.*?) \| (?:Python|npm|font) \| (.+) \|$", licences.TARGET.read_text("utf-8"), re.MULTILINE
    )
    assert len(rows) > 80
    assert not [row for row in rows if all(map(STRICT.search, row[1].split(" OR ")))]
    # and the search finds what it is for
    assert all(STRICT.search(word) for word in ("GPL-3.0-only", "AGPL-3.0", "GNU General Public License", "unknown"))
    assert not STRICT.search("LGPL-3.0-only")


def test_bills_of_materials_name_everything(tmp_path: Path) -> None:
    # given the two commands of `make sbom`
    made = tmp_path / "python.json"
    tool = [sys.executable, "-m", "cyclonedx_py", "requirements", "--output-file", str(made), "requirements.lock"]
    subprocess.run(tool, cwd=ROOT, check=True, capture_output=True)
    npm = shutil.which("npm")
    assert npm is not None
    command = [npm, "sbom", "--sbom-format", "cyclonedx", "--omit", "dev", "--package-lock-only"]
    browser = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    # then each is a CycloneDX document with all packages
    python = json.loads(made.read_text("utf-8"))
    assert python["bomFormat"] == browser["bomFormat"] == "CycloneDX"
    assert {one["name"] for one in python["components"]} == set(licences.python_names(LOCK))
    names = {"/".join(filter(None, (one.get("group"), one["name"]))) for one in browser["components"]}
    assert {name.split("/")[-1] for name in names} >= {name.split("/")[-1] for name in licences.npm_licences()}
