"""The scanner's server in the internet: who was talked into calling it is noted, the scanner itself is not."""

from __future__ import annotations

from urllib.request import Request, urlopen

import pytest

from tests.hostile.endpoint import endpoint


def test_a_call_is_noted_and_the_scanners_question_is_not() -> None:
    with endpoint() as place:
        for path in ("", "get_ssrf.php?session_id=1", "get_xxe.php?session_id=1"):
            assert urlopen(place.url + path).read() == b"{}"
        assert place.calls == []
        urlopen(f"{place.url}ssrf/session/7/75726c/").close()
        urlopen(Request(f"{place.url}dtd/session/7/78/linux.dtd", data=b"x", method="POST")).close()
        assert place.calls == ["GET /ssrf/session/7/75726c/", "POST /dtd/session/7/78/linux.dtd"]
    with pytest.raises(OSError):
        urlopen(place.url)
