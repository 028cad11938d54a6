"""The container of backups: what was written comes back, and whatever else stands there does not open."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.crypto.errors import CannotOpen, CryptoError, EnvelopeError
from portal.crypto.keys import public_key
from portal.crypto.stream import CHUNK, TAG_SIZE, WRAP_SIZE, Opener, Sealer

SEED = bytes(range(32))
PUBLIC = public_key(SEED)


def sealed(data: bytes, step: int = 10_007) -> bytes:
    sink = io.BytesIO()
    sealer = Sealer(sink, PUBLIC)
    for start in range(0, len(data), step):
        sealer.write(data[start : start + step])
    sealer.close()
    return sink.getvalue()


def opened(data: bytes, size: int = -1) -> bytes:
    opener, parts = Opener(io.BytesIO(data), SEED), []
    while part := opener.read(size):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17])
@pytest.mark.parametrize("size", [-1, 1000, CHUNK, 5 * CHUNK])
def test_what_was_written_comes_back(length: int, size: int) -> None:
    data = bytes(n % 251 for n in range(length))
    assert opened(sealed(data), size) == data


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_the_pieces_in_which_it_was_written_do_not_matter(pieces: list[bytes]) -> None:
    sink = io.BytesIO()
    sealer = Sealer(sink, PUBLIC)
    for piece in pieces:
        sealer.write(piece)
    sealer.close()
    assert opened(sink.getvalue(), 7) == b"".join(pieces)


DATA = sealed(bytes(3 * CHUNK + 500))
HEAD = len(DATA) - WRAP_SIZE - 3 * (CHUNK + TAG_SIZE) - 500 - TAG_SIZE
FIRST = HEAD + WRAP_SIZE


PLACES = [0, 5, 8, HEAD - 1, HEAD, FIRST - 1, FIRST, FIRST + CHUNK + TAG_SIZE + 3, len(DATA) - 1]


@pytest.mark.parametrize("place", PLACES)
def test_one_flipped_bit_is_refused(place: int) -> None:
    wounded = bytearray(DATA)
    wounded[place] ^= 1
    with pytest.raises(CryptoError):
        opened(bytes(wounded))


WHOLE = CHUNK + TAG_SIZE
CUTS = {
    "nothing": DATA[:0],
    "magic only": DATA[:4],
    "no chunk": DATA[:FIRST],
    "one chunk less": DATA[: FIRST + 2 * WHOLE],
    "the last chunk missing": DATA[: FIRST + 3 * WHOLE],
    "the last chunk cut": DATA[:-1],
    "something appended": DATA + b"x",
    "a chunk appended": DATA + DATA[FIRST : FIRST + WHOLE],
    "two chunks exchanged": DATA[:FIRST] + DATA[FIRST + WHOLE : FIRST + 2 * WHOLE] + DATA[FIRST : FIRST + WHOLE]
    + DATA[FIRST + 2 * WHOLE :],
}  # fmt: skip


@pytest.mark.parametrize("name", CUTS)
def test_what_was_cut_exchanged_or_appended_is_refused(name: str) -> None:
    with pytest.raises(CryptoError):
        opened(CUTS[name])


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(CannotOpen):
        Opener(io.BytesIO(DATA), bytes(32))


def test_a_comment_is_no_backup() -> None:
    with pytest.raises(EnvelopeError):
        Opener(io.BytesIO(b"PFE1" + DATA[4:]), SEED)
