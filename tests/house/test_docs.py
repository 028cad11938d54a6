"""Docs say what the code says: settings, command line, promises."""

import re
from pathlib import Path

import click

from portal.cli import cli
from portal.config import SECRET_BYTES, plain_fields

ROOT = Path(__file__).resolve().parents[2]


def commands(group: click.Group, prefix: str = "portal") -> dict[str, click.Command]:
    found = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            found |= commands(command, f"{prefix} {name}")
        else:
            found[f"{prefix} {name}"] = command
    return found


def test_every_setting_and_secret_is_documented_and_nothing_else() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    documented = set(re.findall(r"^\| `PORTAL_([A-Z_]+)`", text, re.MULTILINE))
    assert documented == {item.name.upper() for item in plain_fields()} | {name.upper() for name in SECRET_BYTES}


def test_setting_descriptions_match() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert not [item.name for item in plain_fields() if item.metadata["help"] not in text]


def test_every_command_and_option_is_documented_and_nothing_else() -> None:
    text = (ROOT / "docs" / "cli.md").read_text("utf-8")
    sections = dict(re.findall(r"^## `(portal [a-z -]+)`\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    found = commands(cli)
    assert set(sections) == set(found)
    for name, command in found.items():
        options = {opt for param in command.params if isinstance(param, click.Option) for opt in param.opts}
        assert options - {"--help"} == set(re.findall(r"`(--[a-z-]+)", sections[name])), name


def test_promises_of_the_readme_name_tests_that_exist() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    links = re.findall(r"\]\((tests/[\w/.-]+)(?:#(\w+))?\)", text)
    assert len(links) >= 12
    for path, name in links:
        source = (ROOT / path).read_text("utf-8")
        assert not name or name in source, f"{path}#{name}"


def test_links_between_documents_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} -> {target}"
