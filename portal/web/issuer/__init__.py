"""An issuer's two faces: what it answers to anybody, and the desk of the people who run it."""

from __future__ import annotations

from flask import Blueprint, Flask, request

from portal.web.declared import PUBLIC, Access, register
from portal.web.issuer import cards, claims, codes, desk, door, help, roster, shell, statements

BODY_MAX = 16 * 1024
ROSTER_MAX = 2 * 1024 * 1024

# Blueprint, who may enter, where it is mounted.
ROOMS: tuple[tuple[Blueprint, Access, str], ...] = (
    (claims.blueprint, PUBLIC, ""),
    (door.blueprint, PUBLIC, shell.DESK),
    (shell.language, PUBLIC, shell.DESK),
    (help.blueprint, door.AT_THE_DESK, shell.DESK),
    (desk.blueprint, door.AT_THE_DESK, shell.DESK),
    (roster.blueprint, door.AT_THE_DESK, f"{shell.DESK}/rounds/<consultation>/roster"),
    (codes.blueprint, door.AT_THE_DESK, f"{shell.DESK}/rounds/<consultation>/codes"),
    (cards.blueprint, door.AT_THE_DESK, f"{shell.DESK}/rounds/<consultation>/cards"),
    (statements.blueprint, door.AT_THE_DESK, f"{shell.DESK}/rounds/<consultation>"),
)


def install(app: Flask) -> None:
    """The guard first, then the rooms."""
    app.before_request(limit_body)
    door.install(app)
    shell.install(app)
    for blueprint, entry, prefix in ROOMS:
        register(app, blueprint, entry, prefix=prefix)


def limit_body() -> None:
    """Nobody sends much but the desk, when it uploads a roster."""
    request.max_content_length = ROSTER_MAX if request.endpoint == "roster.upload" and door.at_the_desk() else BODY_MAX
