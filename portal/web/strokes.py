"""Answers at the strokes of a clock of their own, so that who watches the line learns no more from when they come.

What is taken costs a commit, what is spent is looked for twice, what is forged costs neither; each is answered at the
next of the strokes that follow each other from the moment at which the work began. Until then a thread sleeps and holds
nothing. Work that takes longer than from one stroke to the next may still tell its outcome by a whole one.
"""

from __future__ import annotations

from time import perf_counter, sleep

from flask import Flask, Response, g


def begin() -> None:
    """From now on, for the answer to this request."""
    g.portal_strokes_from = perf_counter()


def rest(elapsed: float, every: float) -> float:
    """Seconds until the next stroke, of those that come ``every`` so many."""
    return -elapsed % every


def install(app: Flask, every: float) -> None:
    """Hold back the answers to requests that began, refusals and faults among them. ``every``: seconds, several times
    what the work takes when nobody else is there."""

    def hold(response: Response) -> Response:
        if begun := g.get("portal_strokes_from"):
            sleep(rest(perf_counter() - begun, every))
        return response

    app.after_request(hold)
