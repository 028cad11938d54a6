"""Make tests/vectors/crypto/message-python.json. Run by hand: ``python -m tests.crypto.message_vectors``.

Sealed messages hold fresh randomness, so running this replaces them; ``tests/js/make-message-vectors.mjs`` makes the
browser's half out of it.
"""

from __future__ import annotations

import json
from typing import Any

from portal.crypto import buckets, keys, message
from portal.crypto.encoding import b64url_encode
from tests.crypto.make_vectors import CONSULTATION, FOLDER, seed_of

KEY = seed_of("conversation key")
SEED = seed_of("reply")
DEPTHS = (0, 1, 5, 12)
COMMENTS = (0, 1, 63, 64, 127, 128, 255, 256, 1000, 4095, 4096, 1_000_000, 10**9)


def messages() -> list[message.Message]:
    """A short conversation, with the longest text there is."""
    return [
        message.Message("moderator", 1, "Việc này xảy ra ở khâu nào? Không nêu tên người.", KEY),
        message.Message("submitter", 2, "Ở khâu trình ký.\nHồ sơ chờ hơn một tuần.", KEY),
        message.Message("submitter", 3, "\U0001f600" * message.TEXT_MAX, KEY),
        message.Message("moderator", message.NUMBER_MAX, "", KEY, kind="close"),
    ]


def fields_of(item: message.Message) -> dict[str, Any]:
    """The message as vectors name its parts."""
    return {
        "sender": item.sender, "number": item.number, "text": item.text, "kind": item.kind, "key": item.key.hex(),
    }  # fmt: skip


CHANGES: list[dict[str, Any]] = [
    {"v": 2}, {"v": True}, {"v": "1"}, {"v": None},
    {"from": "committee"}, {"from": None}, {"from": ["moderator"]},
    {"kind": "open"}, {"kind": None}, {"from": "submitter", "kind": "close"},
    {"number": 0}, {"number": -1}, {"number": 1000}, {"number": True}, {"number": "1"}, {"number": None},
    {"text": ""}, {"text": "x" * 1001}, {"text": 5}, {"text": None},
    {"key": ""}, {"key": "AA"}, {"key": 3}, {"key": None}, {"key": "A" * 44},
    {"account": "x"},
]  # fmt: skip


def damages(data: bytes) -> list[dict[str, Any]]:
    """One bit in each field, and the refusal of whoever holds the reply key and of a reader, or null where it opens."""
    head = 6 + int.from_bytes(data[4:6], "big")
    wrap = head + message.CONTENT_SIZE
    row = wrap + message.WRAP_SIZE
    malformed, closed = ("message-error",) * 2, ("cannot-open",) * 2
    places: dict[str, tuple[int, tuple[str | None, str | None]]] = {
        "magic": (0, malformed),
        "magic, version": (3, malformed),
        "header length, high": (4, malformed),
        "header length, low": (5, malformed),
        "header, brace": (6, malformed),
        "header, consultation": (data.index(CONSULTATION.encode()) + 9, closed),
        "header, size": (data.index(b'"size":8192') + 10, malformed),
        "header, type": (data.index(b'"message"') + 1, malformed),
        "content, first byte": (head, closed),
        "content, tag": (wrap - 1, closed),
        "reply wrap, ML-KEM ciphertext": (wrap, ("cannot-open", None)),
        "reply wrap, tag": (row - 1, ("cannot-open", None)),
        "row wrap, nonce": (row, closed),
        "row wrap, tag": (len(data) - 1, closed),
    }
    return [{"field": name, "at": at, "xor": 1, "by_reply": r, "by_row": o} for name, (at, (r, o)) in places.items()]


def message_vectors() -> dict[str, Any]:
    """Documents with their bytes, sealed messages, what is refused, and the buckets."""
    reply_key = keys.public_key(SEED)
    sealed = [message.seal(item, consultation=CONSULTATION, reply_key=reply_key) for item in messages()]
    secret = seed_of("secret of a question")
    return {
        "consultation": CONSULTATION,
        "seed": SEED.hex(),
        "reply_key": b64url_encode(reply_key),
        "key": KEY.hex(),
        "size": message.message_size(CONSULTATION),
        "messages": [
            {**fields_of(item), "bytes": message.build_message(item).hex(), "sealed": b64url_encode(one.data),
             "tickets": [ticket.hex() for ticket in one.tickets]}
            for item, one in zip(messages(), sealed, strict=True)
        ],
        "changes": CHANGES,
        "damaged": damages(sealed[0].data),
        "tickets": {"secret": secret.hex(), "tickets": [one.hex() for one in message.tickets_of(secret)]},
        "buckets": [{"depth": depth, "bucket": buckets.bucket_of(reply_key, depth)} for depth in DEPTHS],
        "depths": [{"comments": count, "depth": buckets.depth_for(count)} for count in COMMENTS],
    }  # fmt: skip


if __name__ == "__main__":
    text = json.dumps(message_vectors(), indent=1)
    (FOLDER / "message-python.json").write_text(text + "\n", "ascii")
