"""Every refusal that the code can raise has a status and a translated sentence."""

import ast
from pathlib import Path

from portal.errors import PortalError
from portal.web.errors import MESSAGES

ROOT = Path(__file__).resolve().parents[2]
KINDS = {"PortalError", "NotFound", "Conflict", "Invalid", "TooMany", "Forbidden"}


def raised_codes() -> dict[str, str]:
    codes = {}
    for path in (ROOT / "portal").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS and node.args:
                argument = node.args[0]
                if isinstance(argument, ast.Constant):
                    codes[argument.value] = f"{path.name}:{node.lineno}"
    return codes


def test_every_raised_code_has_words() -> None:
    missing = {code: place for code, place in raised_codes().items() if code not in MESSAGES}
    assert not missing


def test_every_kind_of_refusal_has_words_of_its_own() -> None:
    def kinds(base: type) -> list[type]:
        return [base, *(kind for child in base.__subclasses__() for kind in kinds(child))]

    assert not [kind.__name__ for kind in kinds(PortalError) if kind.code not in MESSAGES]


def test_the_scan_finds_codes() -> None:
    assert "consultation-closed" in raised_codes()
