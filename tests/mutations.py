"""Random damage to valid bytes, for tests that a parser refuses by name and never crashes."""

from __future__ import annotations

from hypothesis import strategies as st

# What has broken parsers before: separators, escapes, numbers at the edge, things that look like other things.
SPLINTERS = [
    b"", b"\n", b"\n\n", b"\r\n", b" ", b"\x00", b"\xff", b"\xe2\x80\x94 ", b"+", b"=", b"/", b"-1", b"00", b"1e3",
    b"18446744073709551616", b"9223372036854775807", b"\\ud800", b"null", b"true", b"[]", b"{}", b'"', b"\xd9\xa0",
    b"NaN", b"1.0", b"\xef\xbb\xbf", b"A" * 64, b"[" * 2000,
]  # fmt: skip


@st.composite
def mutations(draw: st.DrawFn, valid: bytes) -> bytes:
    """``valid`` after one to three wounds: bits flipped, pieces dropped, doubled, moved or put in, lines swapped."""
    data = valid
    for _ in range(draw(st.integers(1, 3))):
        data = draw(st.sampled_from([_flip, _splice, _double, _swap, _cut]))(draw, data)
    return data


def _place(draw: st.DrawFn, data: bytes) -> int:
    return draw(st.integers(0, len(data)))


def _flip(draw: st.DrawFn, data: bytes) -> bytes:
    if not data:
        return data
    at = draw(st.integers(0, len(data) - 1))
    return data[:at] + bytes([data[at] ^ (1 << draw(st.integers(0, 7)))]) + data[at + 1 :]


def _splice(draw: st.DrawFn, data: bytes) -> bytes:
    start = _place(draw, data)
    end = min(len(data), start + draw(st.integers(0, 6)))
    return data[:start] + draw(st.sampled_from(SPLINTERS) | st.binary(max_size=4)) + data[end:]


def _double(draw: st.DrawFn, data: bytes) -> bytes:
    start, end = sorted((_place(draw, data), _place(draw, data)))
    return data[:end] + data[start:end] + data[end:]


def _swap(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.split(b"\n")
    one, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _cut(draw: st.DrawFn, data: bytes) -> bytes:
    start, end = sorted((_place(draw, data), _place(draw, data)))
    return draw(st.sampled_from([data[:start], data[end:], data[:start] + data[end:]]))
