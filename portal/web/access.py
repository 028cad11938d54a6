"""Who may come in, declared where a blueprint is registered; what is not declared is refused."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from portal.accounts.service import ROLES, role_names

KEY = "portal.access"


@dataclass(frozen=True)
class Access:
    """``public``: anyone; ``signed-in``: any account; ``roles``: an account with one of those roles."""

    kind: str
    roles: frozenset[str] = frozenset()


PUBLIC = Access("public")
SIGNED_IN = Access("signed-in")


def for_roles(*names: str) -> Access:
    """Only accounts that hold one of these roles."""
    if not set(names) <= set(ROLES):
        raise ValueError("unknown role")
    return Access("roles", frozenset(names))


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
    if request.remote_addr not in {"127.0.0.1", "::1"}:
        abort(403)


def guard() -> ResponseReturnValue | None:
    """Runs before each request of both apps."""
    if request.endpoint is None:
        return None  # routing has failed already: a 404 or 405 follows
    access = access_of(current_app, request.endpoint)
    if access is None:
        abort(403)
    if access.kind == "public":
        return None
    if not current_user.is_authenticated:
        if request.accept_mimetypes.best == "application/json":
            abort(401)
        return redirect(url_for("security.login", next=request.script_root + request.path))
    if access.kind == "roles" and not access.roles & role_names(current_user):
        abort(403)
    return None
