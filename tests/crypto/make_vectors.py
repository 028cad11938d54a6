"""Make tests/vectors/crypto: what both languages must agree on. Run by hand: ``python -m tests.crypto.make_vectors``.

Canonical JSON, codes, padding and payloads come out the same each time (a test compares). Envelopes and wrapped keys
hold fresh randomness, so running this replaces them; ``tests/js/make-vectors.mjs`` makes the browser's half of those.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.crypto import attachment, crockford, envelope, keys, keywrap, padding, payload, receipt, rowkey
from portal.crypto.canonical import dump_canonical
from portal.crypto.encoding import b64url_encode

FOLDER = Path(__file__).resolve().parent.parent / "vectors" / "crypto"
CONSULTATION = "gop-y-2026"
TEXT = "Việc khó thường bị để lại, không ai nhận chủ trì. Hồ sơ chuyển qua lại giữa các phòng mà không chốt."


def seed_of(name: str) -> bytes:
    """A fixed seed for a test's key."""
    return hashlib.sha256(b"portal test seed " + name.encode()).digest()


NOT_CANONICAL = [
    b"",
    b"null",
    b"[]",
    b'"a"',
    b'{"a": 1}',
    b'{"a":1}\n',
    b'{"b":1,"a":2}',
    b'{"a":1,"a":1}',
    b'{"a":1.5}',
    b'{"a":1.0}',
    b'{"a":1e3}',
    b'{"a":-0}',
    b'{"a":01}',
    b'{"a":9007199254740992}',
    b'{"a":NaN}',
    b'{"a":"\\u0041"}',
    b'{"a":"\\/"}',
    b'{"a":"\\ud800"}',
    b'{"\\ud800":1,"a":2}',
    b'{"a":"\xff"}',
    b'\xef\xbb\xbf{"a":1}',
    '{"a":"e\u0323\u0302"}'.encode(),
    '{"e\u0302":1}'.encode(),
    b'{"a":' + b"[" * 20 + b"]" * 20 + b"}",
    b'{"__proto__":1.5}',
]


def canonical_vectors() -> dict[str, Any]:
    """Documents with their bytes, and byte strings (hexadecimal) that are not canonical."""
    documents: list[dict[str, Any]] = [
        {},
        {"b": 1, "a": [True, False, None, -1, 0, 2**53 - 1, -(2**53) + 1], "": ""},
        {"chữ": "Góp ý: “né tránh”, đùn đẩy", "Đ": "đ", "z": {"y": {"x": []}}},
        {"escapes": '\b\t\n\f\r"\\/\u0001\u001f\u007f\u2028\u2029'},
        {"\U0001f600": "sorted by UTF-16, before", "\ufb33": "this", "\u20ac": "euro", "1": "one", "\r": "return"},
    ]
    documents[-1].pop("\ufb33")  # its NFC is another string, so it can't be a key here
    documents[-1]["\uff5e"] = "and this, which UTF-8 would put before"
    return {
        "documents": [{"document": item, "bytes": dump_canonical(item).hex()} for item in documents],
        "refused": [item.hex() for item in NOT_CANONICAL],
    }


def code_vectors() -> dict[str, Any]:
    """Receipts with everything derived from them, ways of typing one, and codes that are none."""
    raws = [bytes(10), b"\xff" * 10, bytes(range(10)), hashlib.sha256(b"receipt").digest()[:10]]
    code = crockford.encode_code(raws[2])
    typed = [
        code.lower(),
        code.replace("-", ""),
        code.replace("0", "O").replace("1", "l"),
        f" {code}\n".replace("-", " "),
    ]
    refused = [
        {"code": "", "error": "receipt-error"},
        {"code": code[:-1], "error": "receipt-error"},
        {"code": code + "0", "error": "receipt-error"},
        {"code": "U" + code[1:], "error": "receipt-error"},
        {"code": "Đ" + code[1:], "error": "receipt-error"},
        {"code": "1" + code[1:], "error": "receipt-check"},
        {"code": code[:-2] + "ZZ", "error": "receipt-check"},
    ]
    return {
        "receipts": [
            {
                "raw": raw.hex(),
                "code": crockford.encode_code(raw),
                "locator": receipt.locator(raw).hex(),
                "locator_hash": receipt.locator_hash(raw).hex(),
                "reply_seed": receipt.reply_seed(raw).hex(),
                "reply_kid": keys.kid_of(keys.public_key(receipt.reply_seed(raw))),
            }
            for raw in raws
        ],
        "typed": {"raw": raws[2].hex(), "codes": typed},
        "refused": refused,
    }


def padding_vectors() -> dict[str, Any]:
    """Small sizes in full, the real one by its digest, and padded bytes that pad() never makes."""
    pairs = [(b"", 4), (b"", 9), (b"abc", 7), (b"abc", 16), (b"\x00\x00", 8)]
    full = "ý".encode() * 4094
    refused = ["", "000000", "00000001", "0000000100ff", "00000002ff", "ffffffff00", "0000000061", "80000000"]
    return {
        "padded": [
            {"payload": data.hex(), "size": size, "padded": padding.pad(data, size).hex()} for data, size in pairs
        ],
        "comment": {"repeat": "ý", "times": 4094, "sha256": hashlib.sha256(padding.pad(full)).hexdigest()},
        "refused": refused,
    }


def _payload(**over: Any) -> payload.Payload:
    fields = {"topic": "conduct", "text": TEXT, "level": "unit", "unit": "hcqt", "ratings": {"C1": 4}, **over}
    return payload.Payload(CONSULTATION, reply_key=keys.public_key(seed_of("reply")), **fields)


def payload_vectors() -> dict[str, Any]:
    """Payloads with their bytes, and changes of the first one's document that make it none."""
    accepted = [
        _payload(),
        _payload(
            topic="praise", level=None, unit=None, ratings={}, text="Lãnh đạo phòng nhận việc khó và làm xong sớm."
        ),
        _payload(topic="remedy", text="ỹ" * payload.TEXT_MAX),
        _payload(topic="difficulty", text="\U0001f600\nhai dòng\t\u0001"),
    ]
    changes: list[dict[str, Any]] = [
        {"v": 2}, {"v": True}, {"v": "1"}, {"v": None},
        {"topic": "other"}, {"topic": None}, {"topic": ["conduct"]},
        {"level": "room"}, {"level": ""}, {"unit": 7}, {"unit": {}},
        {"ratings": None}, {"ratings": []}, {"ratings": {"C1": 0}}, {"ratings": {"C1": 6}},
        {"ratings": {"C1": True}}, {"ratings": {"C1": "3"}},
        {"text": ""}, {"text": "x" * (payload.TEXT_MAX + 1)}, {"text": 5}, {"text": None},
        {"reply_key": ""}, {"reply_key": "AA"}, {"reply_key": "A" * 1620}, {"reply_key": 3}, {"reply_key": None},
        {"consultation": 3}, {"consultation": None}, {"author": "x"},
    ]  # fmt: skip
    return {
        "accepted": [
            {
                "fields": {
                    "consultation": item.consultation,
                    "topic": item.topic,
                    "level": item.level,
                    "unit": item.unit,
                    "ratings": item.ratings,
                    "text": item.text,
                    "reply_key": b64url_encode(item.reply_key),
                },
                "bytes": payload.build_payload(item).hex(),
            }
            for item in accepted
        ],
        "changes": changes,
        "absent": sorted(json.loads(payload.build_payload(accepted[0]))),
    }


def envelope_vectors() -> dict[str, Any]:
    """Three moderators, one of them recused in the second envelope; and one byte changed in each field of the first."""
    seeds = {keys.kid_of(keys.public_key(seed)): seed for seed in map(seed_of, ("mot", "hai", "ba"))}
    publics = {kid: keys.public_key(seed) for kid, seed in seeds.items()}
    body = payload.build_payload(_payload())
    recused = sorted(seeds)[1]
    made = [
        {
            "recused": left_out,
            "envelope": envelope.seal(body, consultation=CONSULTATION, recipients=publics, recused=left_out),
        }
        for left_out in ([], [recused])
    ]
    return {
        "consultation": CONSULTATION,
        "moderators": [
            {"kid": kid, "seed": seeds[kid].hex(), "public_key": b64url_encode(publics[kid])} for kid in sorted(seeds)
        ],
        "payload": body.decode(),
        "envelopes": [{**item, "envelope": b64url_encode(item["envelope"])} for item in made],
        "damaged": damages(made[0]["envelope"]),
    }


def damages(data: bytes) -> list[dict[str, Any]]:
    """One bit in each field, and the refusal that the first moderator gets."""
    head = 6 + int.from_bytes(data[4:6], "big")
    content, wrap = head + padding.COMMENT_SIZE + 16, envelope.WRAP_SIZE
    places = {
        "magic": (0, "envelope-error"),
        "magic, version": (3, "envelope-error"),
        "header length, high": (4, "envelope-error"),
        "header length, low": (5, "envelope-error"),
        "header, brace": (6, "envelope-error"),
        "header, consultation": (data.index(CONSULTATION.encode()) + 9, "cannot-open"),
        "header, first key id": (data.index(b'"keys":["') + 9, "cannot-open"),
        "header, size": (data.index(b'"size":8192') + 10, "envelope-error"),
        "header, suite": (data.index(b"X-Wing"), "envelope-error"),
        "header, type": (data.index(b'"comment"') + 1, "envelope-error"),
        "header, version": (data.index(b'"v":1') + 4, "envelope-error"),
        "content, first byte": (head, "cannot-open"),
        "content, middle": (head + 4000, "cannot-open"),
        "content, tag": (content - 1, "cannot-open"),
        "wrap, ML-KEM ciphertext": (content, "cannot-open"),
        "wrap, X25519 share": (content + 1088, "cannot-open"),
        "wrap, sealed key": (content + 1120, "cannot-open"),
        "wrap, tag": (content + wrap - 1, "cannot-open"),
    }
    return [{"field": field, "at": at, "xor": 1, "error": error} for field, (at, error) in places.items()]


def keywrap_vectors() -> dict[str, Any]:
    """A wrapped key at the real cost and one at the least, with their passphrases."""
    seed = seed_of("wrapped")
    kid = keys.kid_of(keys.public_key(seed))
    phrases = ["ban be cam dong nguoi tre", "mật khẩu có dấu"]
    costs: list[dict[str, int]] = [{}, {"memory_kib": 8192, "time_cost": 1}]
    return {
        "kid": kid,
        "seed": seed.hex(),
        "wrapped": [
            {"passphrase": phrase, "text": keywrap.wrap(seed, phrase, kid=kid, **cost)}
            for phrase, cost in zip(phrases, costs, strict=True)
        ],
    }


def rowkey_vectors() -> dict[str, Any]:
    """The keys of one comment, rows sealed under fixed nonces, and rows that do not open."""
    head = envelope.EnvelopeHeader(CONSULTATION, ("0" * 32, "f" * 32)).encode()
    content_key = seed_of("content key")
    found = {label: rowkey.row_key(content_key, head, label) for label in sorted(rowkey.LABELS)}
    rows = []
    for number, (text, size, aad) in enumerate(
        [(b"", 4, b""), (b"abc", 16, b"aad"), ("né tránh".encode(), 4096, rowkey.coding_aad(1, 2))]
    ):
        nonce = hashlib.sha256(bytes([number])).digest()[: rowkey.NONCE_SIZE]
        sealed = nonce + AESGCM(found["coding"]).encrypt(nonce, padding.pad(text, size), aad)
        rows.append({"plaintext": text.hex(), "size": size, "aad": aad.hex(), "sealed": sealed.hex()})
    return {
        "content_key": content_key.hex(),
        "head": head.hex(),
        "keys": {label: key.hex() for label, key in found.items()},
        "rows": rows,
        "refused_labels": ["", "Coding", "code", "coding\u0000"],
        "coding_aad": {"slot": 1, "revision": 2, "aad": rowkey.coding_aad(1, 2).hex()},
    }


def _spoilt_attachments(found: dict[str, Any]) -> list[Any]:
    """What may not stand where that list of files stands."""
    one = found["files"][0]
    return [
        None, [], {}, {**found, "more": 1}, {"files": found["files"]}, {"secret": found["secret"]},
        {**found, "files": []}, {**found, "files": [*found["files"], {**one, "sha256": "B" * 42 + "A"}]},
        {**found, "files": [one, one]}, {**found, "files": [{**one, "type": "svg"}]},
        {**found, "files": [{**one, "name": "a"}]}, {**found, "files": [{**one, "sha256": "AA"}]},
        {**found, "files": [{**one, "sha256": 3}]}, {**found, "files": {}},
        {**found, "secret": "AA"}, {**found, "secret": 5}, {**found, "secret": None}, {**found, "files": [3]},
        {**found, "files": [{**one, "type": ["jpeg"]}]},
    ]  # fmt: skip


def attachment_vectors() -> dict[str, Any]:
    """A payload with three files, the files' keys, a small file sealed, and one bit changed in each field."""
    secret, data = seed_of("attachments"), "Ảnh chụp công văn".encode()
    digests = [hashlib.sha256(bytes([place])).digest() for place in range(attachment.COUNT_MAX)]
    files = [payload.AttachedFile(digest, kind) for digest, kind in zip(digests, ("jpeg", "pdf", "docx"), strict=True)]
    whole = _payload(attachments=payload.Attachments(secret, tuple(files)))
    sealed = attachment.seal_attachment(data, key=attachment.attachment_key(secret, 1), consultation=CONSULTATION)
    head = attachment.head_length(sealed)
    places = {
        "magic": 0,
        "header length": 5,
        "header": 6,
        "size": sealed.index(b"131072") + 5,
        "suite": sealed.index(b"AES"),
    }
    inside = {"consultation": sealed.index(CONSULTATION.encode()), "content": head, "tag": len(sealed) - 1}
    return {
        "secret": secret.hex(),
        "keys": [attachment.attachment_key(secret, place).hex() for place in range(attachment.COUNT_MAX)],
        "payload": {
            "bytes": payload.build_payload(whole).hex(),
            "files": [{"sha256": file.sha256.hex(), "type": file.type} for file in files],
            "changes": _spoilt_attachments(json.loads(payload.build_payload(whole))["attachments"]),
        },
        "consultation": CONSULTATION,
        "place": 1,
        "data": data.hex(),
        "sealed": {"head": sealed[:head].hex(), "length": len(sealed), "sha256": hashlib.sha256(sealed).hexdigest()},
        "damaged": [
            *({"field": field, "at": at, "error": "attachment-error"} for field, at in places.items()),
            *({"field": field, "at": at, "error": "cannot-open"} for field, at in inside.items()),
        ],
        "buckets": [
            {"length": length, "size": size}
            for before, size in zip((4, *attachment.SIZES), attachment.SIZES, strict=False)
            for length in (before - 3, size - 4)
        ],
    }


FIXED = {
    "attachment.json": attachment_vectors,
    "canonical.json": canonical_vectors,
    "codes.json": code_vectors,
    "padding.json": padding_vectors,
    "payload.json": payload_vectors,
    "rowkey.json": rowkey_vectors,
}
FRESH = {
    "envelope-python.json": envelope_vectors,
    "keywrap-python.json": keywrap_vectors,
}


def text_of(document: dict[str, Any]) -> str:
    """The file's text."""
    return json.dumps(document, ensure_ascii=True, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in {**FIXED, **FRESH}.items():
        (FOLDER / name).write_text(text_of(make()), "ascii")
