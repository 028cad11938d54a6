"""Buckets of the mailboxes: what a reader asks for names many boxes, so that asking tells nothing.

A box has an address, SHA-256 of a label and the comment's reply key; a bucket holds the boxes whose addresses begin
with the same bits. Buckets are numbered as a binary heap is: 1 holds every box, and ``2b`` and ``2b + 1`` are the
halves of ``b``; a number so names its own depth. Only the submitter and those who read the comment know a box's
address, for the reply key is sealed: the portal cannot say which comments a bucket holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

LABEL = b"portal/mail/v1\x00"
BOXES_LEAST = 64
"""Comments that a bucket holds in the mean, at least."""
DEPTH_MOST = 12


def depth_for(comments: int) -> int:
    """How many leading bits a bucket has in a consultation of so many logged comments: none under 128 of them."""
    return min(DEPTH_MOST, max(0, (comments // BOXES_LEAST).bit_length() - 1))


def bucket_of(reply_key: bytes, depth: int) -> int:
    """The number of the bucket of that depth (bits, at most 12) which holds the box of that reply key."""
    address = int.from_bytes(hashlib.sha256(LABEL + reply_key).digest()[:2], "big")
    return (1 << depth) | (address >> (16 - depth))


def depth_of(bucket: int) -> int:
    """How deep a bucket lies: 0 for the one that holds everything. ``bucket`` is 1 or more."""
    return bucket.bit_length() - 1


def above(bucket: int) -> Iterator[int]:
    """The bucket and all that contain it: buckets grow deeper as comments come in, and mail stays where it was put."""
    while bucket:
        yield bucket
        bucket >>= 1
