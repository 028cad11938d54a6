"""A conversation in small steps, for tests: what both sides' browsers would make."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.crypto import buckets, envelope, keys, message, payload, receipt
from portal.crypto.rowkey import row_key
from portal.submissions.mailbox import Posted
from tests.support import Office


@dataclass
class Talk:
    """One comment's conversation. ``raw``: its receipt; ``number``: of the newest message."""

    office: Office
    raw: bytes
    envelope: bytes
    tickets: tuple[bytes, ...] = ()
    number: int = 0
    said: list[bytes] = field(default_factory=list)

    @classmethod
    def of(cls, office: Office, text: str = "Việc khó thường bị để lại.") -> Talk:
        sealed, raw = office.seal(text)
        return cls(office, raw, sealed)

    @property
    def reply_key(self) -> bytes:
        return keys.public_key(receipt.reply_seed(self.raw))

    @property
    def key(self) -> bytes:
        """The conversation key, as a moderator's browser has it."""
        seed = next(iter(self.office.seeds.values()))
        content_key = envelope.open_content_key(seed, self.envelope)
        assert payload.parse_payload(envelope.open_with_content_key(content_key, self.envelope))
        return row_key(content_key, envelope.parse_envelope(self.envelope).head, "conversation")

    def bucket(self, depth: int = 0) -> int:
        return buckets.bucket_of(self.reply_key, depth)

    def ask(self, text: str = "Ở khâu nào?", *, kind: str = "text") -> tuple[Posted, list[bytes]]:
        """A question and the hashes of its tickets."""
        made = self._seal("moderator", text, kind)
        self.tickets = made.tickets
        return Posted(made.data, self.bucket()), [message.ticket_hash(one) for one in made.tickets]

    def answer(self, text: str = "Ở khâu trình ký.") -> Posted:
        return Posted(self._seal("submitter", text, "text").data, self.bucket())

    def _seal(self, sender: str, text: str, kind: str) -> message.Sealed:
        self.number += 1
        said = message.Message(sender, self.number, text, self.key, kind=kind)
        made = message.seal(said, consultation=self.office.consultation, reply_key=self.reply_key)
        self.said.append(made.data)
        return made

    def read(self, bucket: bytes) -> list[message.Message]:
        """What the submitter's browser finds in a bucket's bytes."""
        size, found = message.message_size(self.office.consultation), []
        seed = receipt.reply_seed(self.raw)
        for start in range(0, len(bucket), size):
            try:
                found.append(message.open_with_reply_seed(seed, bucket[start : start + size])[0])
            except message.CryptoError:
                continue
        return sorted(found, key=lambda one: one.number)
