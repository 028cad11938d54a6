"""The browser's vectors are what our code writes today, and our code refuses what they say is refused."""

from __future__ import annotations

import pytest

from portal.tlog import errors
from portal.tlog.checkpoint import open_checkpoint
from portal.tlog.keys import VerifierKey
from portal.tlog.merkle import leaf_hash
from portal.tlog.promise import open_promise
from portal.tlog.proof import verify_proof
from tests.tlog import browser_vectors
from tests.tlog.support import LOG_KEY, VECTORS, vectors

KEY = LOG_KEY.verifier
READERS = {
    "vkey": VerifierKey.parse,
    "checkpoint": lambda text: open_checkpoint(text, KEY),
    "promise": lambda text: open_promise(text, KEY),
    "proof": lambda text: verify_proof(text, leaf_hash(browser_vectors.LEAF.encode()), KEY),
}
REFUSED = [(kind, *case) for kind, cases in vectors("browser")["refused"].items() for case in cases]


def test_the_file_is_the_one_that_our_code_writes() -> None:
    assert (VECTORS / "browser.json").read_text(encoding="utf-8") == browser_vectors.text()


def test_what_is_accepted() -> None:
    document = vectors("browser")

    assert VerifierKey.parse(document["vkey"]) == KEY
    assert open_checkpoint(document["checkpoint"]["note"], KEY).checkpoint.size == document["checkpoint"]["size"]
    assert open_promise(document["promise"]["note"], KEY).latest.isoformat() == document["promise"]["latest"]
    assert READERS["proof"](document["proof"]["text"])


@pytest.mark.parametrize(("kind", "error", "text"), REFUSED)
def test_what_is_refused(kind: str, error: str, text: str) -> None:
    with pytest.raises(getattr(errors, error)) as caught:
        READERS[kind](text)
    assert type(caught.value).__name__ == error
