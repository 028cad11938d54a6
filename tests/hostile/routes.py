"""Every route of an app as addresses that can be asked for: what is new in the url map is tried without being named."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

VALUES: dict[str, str | int] = {
    "cid": "thu-2026",
    "consultation": "thu-2026",
    "kid": "a" * 16,
    "issuer": "van-phong",
    "office": "so-1",
    "code": "vi",
    "kind": "docx",
    "listed": "categories",
    "name": "t" * 16,
    "subject": "thu-2026",
    "digest": "0" * 64,
    "token": "abc",
    "rest": "0/000",
    "filename": "manifest.json",
    "account_id": 1,
    "version": 1,
    "number": 1,
    "bucket": 0,
}
"""A value for each variable of a route: well formed, and of what exists where a test has an office."""

METHODS = ("GET", "POST")


@dataclass(frozen=True)
class Address:
    """One method at one address of one endpoint."""

    endpoint: str
    method: str
    path: str


def path_of(rule: Rule) -> str:
    """The address of that rule with :data:`VALUES` for its variables; fails for a variable that has none there."""
    built = rule.build({name: VALUES[name] for name in rule.arguments}, append_unknown=False)
    assert built is not None, rule.rule
    return str(built[1])


def addresses(app: Flask, methods: tuple[str, ...] = METHODS) -> list[Address]:
    """All of them in the order of their addresses."""
    app.create_url_adapter(None)  # binds the map, so that rules can be built
    app.url_map.update()
    found = [
        Address(rule.endpoint, method, path_of(rule))
        for rule in app.url_map.iter_rules()
        for method in methods
        if method in (rule.methods or ())
    ]
    return sorted(found, key=lambda one: (one.path, one.method, one.endpoint))
