"""Whoever watches the line sees answers at the strokes of a clock, whatever was to be done for them."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.web import strokes
from tests.web.public.support import body_of, post


@pytest.mark.parametrize("elapsed", [0.0, 0.0001, 0.0199, 0.02, 0.0201, 0.05, 3.3333])
def test_a_rest_ends_at_the_next_stroke_and_never_later(elapsed: float) -> None:
    left = strokes.rest(elapsed, 0.02)
    assert 0 <= left <= 0.02
    past = (elapsed + left) / 0.02
    assert past == pytest.approx(round(past))


def test_a_fault_is_held_back_like_any_answer(rests: list[float]) -> None:
    app = Flask("strokes")
    strokes.install(app, 0.02)

    @app.get("/")
    def fail() -> str:
        strokes.begin()
        raise ZeroDivisionError

    @app.get("/plain")
    def plain() -> str:
        return ""

    assert app.test_client().get("/").status_code == 500
    assert len(rests) == 1
    assert app.test_client().get("/plain").status_code == 200
    assert len(rests) == 1


def test_a_comment_without_a_ballot_waits_for_no_stroke(public, office, rests: list[float]) -> None:
    body = body_of(*office.seal())
    assert [post(public, office, body).status_code for _ in range(2)] == [201, 200]
    assert rests == []
