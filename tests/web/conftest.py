"""The line between a browser and the portal."""

from __future__ import annotations

import pytest


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds for which each answer was held back until its stroke; nothing is really waited for."""
    held = list[float]()
    monkeypatch.setattr("portal.web.strokes.sleep", held.append)
    return held
