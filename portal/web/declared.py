"""Access as a value: declared where a blueprint is registered, for the portal's apps and the issuer's alike."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Flask, abort, request

KEY = "portal.access"


@dataclass(frozen=True)
class Access:
    """``public``: anyone; ``signed-in``, ``roles``: accounts of the portal; ``desk``: who unlocked an issuer's desk."""

    kind: str
    roles: frozenset[str] = frozenset()


PUBLIC = Access("public")
LOCAL = frozenset({"127.0.0.1", "::1"})


def register(app: Flask, blueprint: Blueprint, access: Access, *, name: str | None = None, prefix: str = "") -> None:
    """Register a blueprint together with who may enter it."""
    label = name or blueprint.name
    app.extensions.setdefault(KEY, {})[label] = access
    app.register_blueprint(blueprint, name=label, url_prefix=prefix or None)


def declare(app: Flask, blueprint_name: str, access: Access) -> None:
    """Declare the access of what an extension registered (it keeps its own finer checks)."""
    app.extensions.setdefault(KEY, {})[blueprint_name] = access


def access_of(app: Flask, endpoint: str) -> Access | None:
    """The declared access of an endpoint; static files are public."""
    if endpoint == "static":
        return PUBLIC
    blueprint, dot, _ = endpoint.rpartition(".")
    declared: Access | None = app.extensions.get(KEY, {}).get(blueprint) if dot else None
    return declared


def only_this_machine() -> None:
    """A demonstration answers nobody else: its sign-ins are printed. The address is compared and forgotten."""
    if request.remote_addr not in LOCAL:
        abort(403)
