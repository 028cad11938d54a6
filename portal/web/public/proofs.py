"""A leaf with its proof, as the browser checks it against a checkpoint (``static/src/lib/logproof.js``)."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from sqlalchemy.orm import Session

from portal.ledger.log import read_leaf
from portal.tlog.tiles import TileTree


def proved(session: Session, tree: TileTree, index: int) -> dict[str, Any]:
    """``{index, leaf (text), proof ([base64])}`` of that leaf in that tree."""
    proof = [b64encode(digest).decode() for digest in tree.inclusion_proof(index)]
    return {"index": index, "leaf": read_leaf(session, index).decode(), "proof": proof}
