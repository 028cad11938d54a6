"""Staff accounts by invitation, roles that must not meet, and moderators' keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, ModeratorKey, Role
from portal.crypto.crockford import encode_code, parse_code
from portal.crypto.keys import kid_of
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ledger import events
from portal.ledger.log import Log, append
from portal.ledger.turns import take_turn

ROLES = ("admin", "issuer", "moderator", "committee", "auditor")
FORBIDDEN_PAIRS = frozenset(
    frozenset(pair)
    for pair in (
        ("issuer", "moderator"),
        ("admin", "moderator"),
        ("committee", "moderator"),
        # Auditors can open exact counts, which the committee must never see and an administrator could hand over.
        ("committee", "auditor"),
        ("admin", "auditor"),
    )
)
INVITE_BYTES = 10


def check_roles(names: Iterable[str], *, forbid_pairs: bool) -> list[str]:
    """The names, sorted; refuses unknown ones and pairs that must not meet in one account."""
    roles = sorted(set(names))
    if not roles or any(name not in ROLES for name in roles):
        raise Invalid("role-unknown")
    if forbid_pairs and any(frozenset(pair) in FORBIDDEN_PAIRS for pair in combinations(roles, 2)):
        raise Conflict("role-pair-forbidden")
    return roles


def _role_rows(session: Session, names: list[str]) -> list[Role]:
    known = {role.name: role for role in session.scalars(select(Role))}
    for name in ROLES:
        if name not in known:
            known[name] = Role(name=name)
            session.add(known[name])
    return [known[name] for name in names]


def _invite_hash(raw: bytes, day: date) -> bytes:
    """What is kept of a code given out on that day. The day is no column: a code of another day has another hash."""
    return hashlib.sha256(b"portal/invite/v2\x00" + day.isoformat().encode() + b"\x00" + raw).digest()


def invite(
    session: Session,
    *,
    email: str,
    name: str,
    roles: Iterable[str],
    forbid_pairs: bool,
    today: date,
    locale: str = "vi",
) -> tuple[Account, str]:
    """A new account without a password, and the one-time code that lets its owner set one.

    The code is typed in, never put in an address; the store keeps only its hash, which holds for ``today`` and as many
    days after it as :func:`enrol` is told.
    """
    email = email.strip().lower()
    if session.scalar(select(Account.id).where(Account.email == email)) is not None:
        raise Conflict("account-exists")
    names = check_roles(roles, forbid_pairs=forbid_pairs)
    raw = secrets.token_bytes(INVITE_BYTES)
    account = Account(
        email=email,
        name=name.strip(),
        locale=locale,
        fs_uniquifier=secrets.token_hex(16),
        active=True,
        invite_hash=_invite_hash(raw, today),
    )
    account.roles = _role_rows(session, names)
    session.add(account)
    session.flush()
    return account, encode_code(raw)


def renew_invite(account: Account, *, today: date) -> str:
    """A fresh enrolment code for someone who lost password or second factor; the old ones stop working."""
    raw = secrets.token_bytes(INVITE_BYTES)
    account.invite_hash = _invite_hash(raw, today)
    account.password = None
    account.tf_primary_method = None
    account.tf_totp_secret = None
    account.mf_recovery_codes = None
    end_sessions(account)
    return encode_code(raw)


def enrol(session: Session, *, email: str, code: str, password_hash: str, today: date, days: int) -> Account:
    """Spend an invitation that was made at most ``days`` days ago: sets the password.

    The same refusal for a wrong address, a wrong code, one that was spent and one that is too old.
    """
    try:
        raw = parse_code(code)
    except ValueError:
        raise Invalid("invite-wrong") from None
    digests = [_invite_hash(raw, today - timedelta(days=ago)) for ago in range(days + 1)]
    account = session.scalar(select(Account).where(Account.invite_hash.in_(digests)))
    if account is None or account.email != email.strip().lower() or not account.active:
        raise Invalid("invite-wrong")
    account.password = password_hash
    account.invite_hash = None
    return account


def set_roles(session: Session, account: Account, names: Iterable[str], *, forbid_pairs: bool) -> None:
    """Change the roles; a moderator who holds an active key keeps the role until the key is revoked."""
    roles = check_roles(names, forbid_pairs=forbid_pairs)
    if "moderator" not in roles and active_keys(session, account_id=account.id):
        raise Conflict("account-holds-key")
    if "admin" not in roles:
        _keep_an_admin(session, account)
    account.roles = _role_rows(session, roles)


def set_active(session: Session, account: Account, active: bool) -> None:
    """Block or restore an account; the last active admin cannot be blocked. Blocking ends its sessions."""
    if not active:
        _keep_an_admin(session, account)
        end_sessions(account)
    account.active = active


def _keep_an_admin(session: Session, account: Account) -> None:
    """Refuse what would leave nobody who could let anybody in."""
    if "admin" not in role_names(account) or not account.active:
        return
    others = [row for row in list_accounts(session) if row.active and row.id != account.id]
    if not any("admin" in role_names(row) for row in others):
        raise Conflict("account-last-admin")


def end_sessions(account: Account) -> None:
    """Make every session of the account worthless, a copied cookie included."""
    account.fs_uniquifier = secrets.token_hex(16)


def standing(account: Account) -> str:
    """``blocked``, ``invited`` (the enrolment code is not spent) or ``active``."""
    if not account.active:
        return "blocked"
    return "active" if account.password else "invited"


def role_names(account: Account) -> set[str]:
    """The account's roles."""
    return {role.name for role in account.roles}


def list_accounts(session: Session) -> list[Account]:
    """All accounts by e-mail."""
    return list(session.scalars(select(Account).order_by(Account.email)))


def get_account(session: Session, account_id: int) -> Account:
    """The account, or :class:`NotFound`."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("account-unknown")
    return account


def find_by_handle(session: Session, handle: str) -> Account | None:
    """The account whose sessions carry that handle (Flask-Security's ``fs_uniquifier``)."""
    return session.scalar(select(Account).where(Account.fs_uniquifier == handle))


def active_keys(session: Session, *, account_id: int | None = None) -> list[ModeratorKey]:
    """Active moderator keys, of one account or of all, by key id."""
    query = select(ModeratorKey).where(ModeratorKey.state == "active").order_by(ModeratorKey.kid)
    if account_id is not None:
        query = query.where(ModeratorKey.account_id == account_id)
    return list(session.scalars(query))


def own_keys(session: Session, account: Account) -> list[ModeratorKey]:
    """All keys of that account, revoked ones too, the newest in the log first."""
    query = select(ModeratorKey).where(ModeratorKey.account_id == account.id)
    return list(session.scalars(query.order_by(ModeratorKey.add_leaf.desc())))


def keys_of(session: Session, kids: Iterable[str]) -> list[ModeratorKey]:
    """Those keys, whatever their state, by key id."""
    query = select(ModeratorKey).where(ModeratorKey.kid.in_(list(kids))).order_by(ModeratorKey.kid)
    return list(session.scalars(query))


def get_key(session: Session, kid: str) -> ModeratorKey:
    """The key of that id, or :class:`NotFound`."""
    key = session.get(ModeratorKey, kid)
    if key is None:
        raise NotFound("key-unknown")
    return key


def _key_leaf(action: str, public_key: bytes) -> bytes:
    digest = hashlib.sha256(public_key).hexdigest()
    return events.encode("key", action=action, kid=kid_of(public_key), alg="X-Wing", public_key_sha256=digest)


def add_key(session: Session, log: Log, account: Account, *, public_key: bytes, wrapped: str) -> ModeratorKey:
    """Keep a key made in the moderator's browser and log its public half.

    ``public_key`` 1 216 bytes (X-Wing); ``wrapped`` the JSON of the wrapped private half, checked for shape by the
    caller with :func:`portal.crypto.keywrap.parse_wrapped`.
    """
    if "moderator" not in role_names(account):
        raise Forbidden("key-needs-moderator")
    kid = kid_of(public_key)
    if session.get(ModeratorKey, kid) is not None:
        raise Conflict("key-exists")
    leaf = append(session, log, [_key_leaf("add", public_key)])
    key = ModeratorKey(kid=kid, account_id=account.id, public_key=public_key, wrapped=wrapped, add_leaf=leaf)
    session.add(key)
    session.flush()
    return key


def revoke_key(session: Session, log: Log, key: ModeratorKey) -> None:
    """Log that the key is no longer offered to new consultations; what was sealed to it stays readable with it."""
    take_turn(session, key)
    if key.state != "active":
        raise Conflict("key-revoked-already")
    key.revoke_leaf = append(session, log, [_key_leaf("revoke", key.public_key)])
    key.state = "revoked"
