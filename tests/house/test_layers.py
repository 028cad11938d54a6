"""Import directions of the house, deferred imports included."""

import ast
from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]


def test_import_directions_hold(monkeypatch) -> None:
    # given the contracts of setup.cfg
    monkeypatch.chdir(ROOT)
    # when import-linter reads every import, at whatever depth
    code = lint_imports(config_filename=str(ROOT / "setup.cfg"), no_cache=True)
    # then none breaks a contract
    assert code == 0


def test_services_never_commit_and_never_read_the_time() -> None:
    # given the domains, where the edge commits and clock.py tells the time
    domains = (
        "accounts", "audit", "ballots", "concerns", "consultations", "crypto", "findings", "issuing", "ledger",
        "moderation", "reports", "submissions", "tlog",
    )
    found = []
    for domain in domains:
        for path in (ROOT / "portal" / domain).rglob("*.py"):
            if path == ROOT / "portal" / "issuing" / "store.py":  # the edge of the issuer's own store
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr in {"commit", "utcnow"}:
                    found.append(f"{path.name}:{node.lineno} .{node.attr}")
                if isinstance(node, ast.Attribute) and ast.unparse(node) in {"datetime.now", "date.today", "time.time"}:
                    found.append(f"{path.name}:{node.lineno} {ast.unparse(node)}")
    # then none does either
    assert not found
