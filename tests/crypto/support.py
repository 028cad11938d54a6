"""The checked-in vectors, and small offices of moderators."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from portal.crypto import envelope, keys
from portal.crypto.errors import CryptoError
from tests.crypto.make_vectors import FOLDER, seed_of


def vectors(name: str) -> dict[str, Any]:
    """One file of tests/vectors/crypto."""
    return dict(json.loads((FOLDER / name).read_text("utf-8")))


def code_of(error: CryptoError) -> str:
    """The code under which the browser knows a refusal: the class's name in kebab case."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__).lower()


@dataclass(frozen=True)
class Moderators:
    """Seeds and public keys by key id."""

    seeds: dict[str, bytes]
    publics: dict[str, bytes]

    @property
    def kids(self) -> list[str]:
        return sorted(self.seeds)

    def seal(self, payload: bytes, recused: list[str] | None = None) -> bytes:
        return envelope.seal(payload, consultation="thu", recipients=self.publics, recused=recused or [])


def moderators(count: int) -> Moderators:
    """That many moderators, the same ones each time."""
    seeds = [seed_of(f"moderator {number}") for number in range(count)]
    publics = {keys.kid_of(keys.public_key(seed)): keys.public_key(seed) for seed in seeds}
    return Moderators(dict(zip(publics, seeds, strict=True)), publics)
