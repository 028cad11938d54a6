"""Steps in the report studio, shared by its tests."""

from __future__ import annotations

import re

from portal.reports import service
from portal.reports.notes import digest_of_words
from portal.web.staff.reports_profile_form import from_profile
from tests.web.staff.steps import send, text_of

CID = "thu-2026"
PAGE = f"/reports/{CID}"


def words(answer) -> str:
    """The page's text without line breaks."""
    return " ".join(text_of(answer).split())


def filled(profile, **over) -> dict[str, str]:
    """The profile form as a browser sends it."""
    values = {name: "" if value is None else str(value) for name, value in from_profile(profile).items()}
    return {**{name: "y" if value == "True" else value for name, value in values.items()}, **over}


def write(client, held, place: int, text: str, *, position: int = 0, seen: str | None = None, refs=None):
    """Send new words for a sentence, as its editor would."""
    block = held().document.blocks[place]
    if refs is None:
        refs = list(block.sentences[position].finding_refs) if hasattr(block, "sentences") else []
    was = digest_of_words(service.words_in(block)[position])
    data = {"place": place, "position": position, "text": text, "seen": seen or was, "refs": refs}
    return send(client, f"{PAGE}/words", data)


def open_points(client) -> list[str]:
    """Digests of the points that the page offers to decide, each once."""
    page = client.get(f"{PAGE}/points").get_data(as_text=True)
    return list(dict.fromkeys(re.findall(rf"{PAGE}/points/([0-9a-f]{{64}})", page)))


def decide_all(client) -> None:
    """Keep or accept every point, with a reason."""
    for digest in open_points(client):
        for choice in ("keep", "accept", "leave-out"):
            answer = send(client, f"{PAGE}/points/{digest}", {"choice": choice, "reason": "Theo biên bản."})
            if answer.status_code == 302:
                break
