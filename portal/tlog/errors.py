"""Every refusal of this package, by name. All are :class:`ValueError`: the bytes that were given are at fault."""

from __future__ import annotations


class TlogError(ValueError):
    """The base: something given to :mod:`portal.tlog` is malformed, or does not prove what it should."""


class OutOfTree(TlogError):
    """An index or a size lies outside the tree that was named."""


class MalformedHash(TlogError):
    """A hash is not 32 bytes long."""


class InclusionError(TlogError):
    """The proof does not show that leaf at that index under that root."""


class ConsistencyError(TlogError):
    """The proof does not show that the smaller tree is a prefix of the larger one."""


class MalformedPath(TlogError):
    """Not the canonical path of a tile or of an entry bundle."""


class MalformedTile(TlogError):
    """A tile's bytes do not have the length that its width demands."""


class MalformedBundle(TlogError):
    """An entry bundle's bytes are truncated or overlong, or hold another number of entries than its width."""


class TileMismatch(TlogError):
    """A tile does not hold the hashes that the entries give."""


class RootMismatch(TlogError):
    """The entries give another root than the one that was signed."""


class MalformedNote(TlogError):
    """Not the canonical text of a signed note."""


class MalformedKey(TlogError):
    """Not the canonical text of a verifier or signer key, or the key's id is not that of its name and key."""


class AmbiguousKey(TlogError):
    """Two trusted keys share both name and id."""


class UnverifiedNote(TlogError):
    """No trusted key signed the note."""


class InvalidSignature(TlogError):
    """A trusted key is named by a signature line, but it did not make that signature."""


class TooFewCosignatures(TlogError):
    """Fewer trusted witnesses cosigned the checkpoint than the policy demands."""


class MalformedCheckpoint(TlogError):
    """The note's text is not a checkpoint."""


class WrongOrigin(TlogError):
    """The note is about another log than the one that was asked for."""


class MalformedPromise(TlogError):
    """The note's text is not a promise."""


class MalformedProof(TlogError):
    """Not the canonical text of a ``tlog-proof``."""


class MalformedPolicy(TlogError):
    """Not a ``tlog-policy``: the message names the line."""


class LogNotInPolicy(TlogError):
    """The policy lists logs, and the one that was asked about is not among them (or it lists none, and none was
    named)."""


class MalformedRequest(TlogError):
    """Not the canonical body of a ``tlog-witness`` add-checkpoint request."""


class OldSizeTooLarge(TlogError):
    """An add-checkpoint request names an old size above the checkpoint's."""


class WrongEmptyRoot(TlogError):
    """A checkpoint of size zero states another root than that of the empty tree."""


class MalformedAnswer(TlogError):
    """A witness answered with something that ``tlog-witness`` does not know."""
