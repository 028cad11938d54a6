"""What who watches the line sees of an answer."""

from __future__ import annotations

from werkzeug.test import TestResponse


def on_the_line(answer: TestResponse) -> int:
    """Bytes of an answer as HTTP/1.1 sends it, without what the server itself adds (RFC 9112, section 2.1)."""
    head = [f"HTTP/1.1 {answer.status}", *(f"{name}: {value}" for name, value in answer.headers)]
    return sum(len(line) + 2 for line in [*head, ""]) + len(answer.get_data())
