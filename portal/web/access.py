"""Who may come in, declared where a blueprint is registered; what is not declared is refused."""

from __future__ import annotations

from flask import abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from portal.accounts.service import ROLES, role_names
from portal.web.declared import PUBLIC, Access, access_of, declare, only_this_machine, register

__all__ = [
    "PUBLIC",
    "SIGNED_IN",
    "Access",
    "access_of",
    "declare",
    "for_roles",
    "guard",
    "only_this_machine",
    "register",
]

SIGNED_IN = Access("signed-in")


def for_roles(*names: str) -> Access:
    """Only accounts that hold one of these roles."""
    if not set(names) <= set(ROLES):
        raise ValueError("unknown role")
    return Access("roles", frozenset(names))


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
