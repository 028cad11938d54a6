"""What a sealer needs: the moderators' keys, and proof that the log shows those keys to everybody."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.accounts.models import ModeratorKey
from portal.accounts.service import keys_of
from portal.consultations.frozen import frozen_settings
from portal.consultations.models import Consultation
from portal.consultations.service import get_public
from portal.crypto.encoding import b64url_encode
from portal.extensions import db
from portal.ledger.log import Log, newest_note, tree_of
from portal.tlog.tiles import TileTree
from portal.web.public.blueprint import public
from portal.web.public.proofs import proved
from portal.web.runtime import runtime


@public.get("/c/<cid>/sealing.json")
def sealing(cid: str) -> ResponseReturnValue:
    """Keys, frozen settings, and inclusion proofs of both against the newest checkpoint."""
    row = get_public(db.session(), cid)
    return jsonify(sealing_document(db.session(), runtime().log, row))


def sealing_document(session: Session, log: Log, row: Consultation) -> dict[str, Any]:
    """``{consultation, settings, keys: [...], consultation_leaf, checkpoint, log_vkey}``; see docs of ``portal seal``.

    Each key: ``{kid, name, public_key (base64url), index, leaf (text), proof ([base64]), revoked}``, in kid order;
    ``revoked``: null, or ``{index, leaf, proof}`` of the leaf that revoked it since: nobody seals to it any more;
    ``consultation_leaf``: ``{index, leaf, proof}`` of the leaf that opened the consultation.
    """
    note = newest_note(session)  # read once: what is proven below leads to this root
    tree = tree_of(session, note)
    keys = keys_of(session, [moderator.kid for moderator in row.moderators])
    return {
        "consultation": row.id,
        "settings": frozen_settings(row),
        "keys": [_key(session, tree, key) for key in keys],
        "consultation_leaf": proved(session, tree, row.open_leaf or 0),
        "checkpoint": str(note),
        "log_vkey": log.vkey,
    }


def _key(session: Session, tree: TileTree, key: ModeratorKey) -> dict[str, Any]:
    named = {"kid": key.kid, "name": key.account.name, "public_key": b64url_encode(key.public_key)}
    revoked = None if key.revoke_leaf is None else proved(session, tree, key.revoke_leaf)
    return named | proved(session, tree, key.add_leaf) | {"revoked": revoked}
