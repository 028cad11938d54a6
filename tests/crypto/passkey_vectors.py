"""Make Python's half of the vectors of keys under passkeys: `python -m tests.crypto.passkey_vectors`, then
`node tests/js/make-vectors.mjs`. Each run draws fresh nonces.
"""

from __future__ import annotations

import json
from typing import Any

from portal.crypto import keys, keywrap
from portal.crypto.canonical import dump_canonical
from tests.crypto.make_vectors import FOLDER, seed_of, text_of


def vectors() -> dict[str, Any]:
    """A seed under a passphrase and two passkeys, and texts that are not of version 2."""
    seed, phrase = seed_of("wrapped"), "ban be cam dong nguoi tre"
    kid = keys.kid_of(keys.public_key(seed))
    sources = [(seed_of(f"prf {n}"), seed_of(f"credential {n}")[: 16 + n], seed_of(f"salt {n}")) for n in range(2)]
    made = [keywrap.wrap_with_prf(seed, prf, kid=kid, credential=one, salt=salt) for prf, one, salt in sources]
    passphrase = keywrap.parse_wrapped(keywrap.wrap(seed, phrase, kid=kid, memory_kib=8192, time_cost=1))
    passkeys = tuple(sorted(made, key=lambda passkey: passkey.id))
    text = str(keywrap.WrappedDocument(passphrase, passkeys))
    return {
        "kid": kid,
        "seed": seed.hex(),
        "passphrase": phrase,
        "passkeys": [{"prf": prf.hex(), "id": one.hex(), "salt": salt.hex()} for prf, one, salt in sources],
        "text": text,
        "refused": _not_version_2(json.loads(text)),
    }


def _not_version_2(document: dict[str, Any]) -> list[str]:
    one, other = document["passkeys"]
    changes: list[dict[str, Any]] = [
        {"v": 3}, {"v": 1}, {"passkeys": []}, {"passkeys": [other, one]}, {"passkeys": [one, one]}, {"passkeys": {}},
        {"passkeys": [{**one, "prf": one["salt"]}]}, {"passkeys": [{**one, "id": "AAAA"}]},
        {"passkeys": [{**one, "ct": one["ct"] + "AA"}]}, {"passkeys": [{**one, "salt": one["nonce"]}]},
        {"passkeys": [one["id"]]}, {"passphrase": {**document["passphrase"], "v": 2}}, {"passphrase": "x"},
        {"passphrase": document}, {"seed": "x"}, {"prf": one["salt"]},
    ]  # fmt: skip
    return [dump_canonical({**document, **change}).decode() for change in changes]


if __name__ == "__main__":
    (FOLDER / "passkey-python.json").write_text(text_of(vectors()), "ascii")
