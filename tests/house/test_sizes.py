"""Rooms stay small: functions <= 40 lines, modules <= 300, conftest <= 150."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "portal").rglob("*.py")) + [ROOT / "wsgi.py"]
SCRIPTS = sorted((ROOT / "static" / "src").rglob("*.js")) + [ROOT / "static" / "build.mjs"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_and_functions_are_small(path: Path) -> None:
    source = path.read_text("utf-8")
    long_functions = [
        f"{node.name} ({node.end_lineno - node.lineno + 1})"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno + 1 > 40
    ]
    assert not long_functions
    assert source.count("\n") <= 300


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_script_is_small(path: Path) -> None:
    assert path.read_text("utf-8").count("\n") <= 300


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("conftest.py")), ids=str)
def test_conftest_is_small(path: Path) -> None:
    assert path.read_text("utf-8").count("\n") <= 150
