"""Uploads and archives within bounds, whatever an archive says of itself."""

import io
import zipfile

import pytest

from portal.consolidation.unpacking import FILE_MOST, FILES_MOST, UPLOAD_MOST, unpack
from portal.errors import Invalid


def packed(members: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def refusal(*files: tuple[str, bytes]) -> str:
    with pytest.raises(Invalid) as caught:
        unpack(files)
    return caught.value.code


def test_files_and_the_members_of_archives_come_out_in_order() -> None:
    found = unpack([("a.json", b"1"), ("b.zip", packed({"x/b.json": b"2", "c.json": b"3"})), ("d.json", b"4")])
    assert [(one.name, one.data) for one in found] == [
        ("a.json", b"1"),
        ("b.json", b"2"),
        ("c.json", b"3"),
        ("d.json", b"4"),
    ]


def test_no_name_is_a_path_or_turns_a_line() -> None:
    names = ["../../etc/passwd", "C:\\thu\\muc\\a.json", "a\u202egnp.json\n", "/", "x" * 500]
    found = unpack([(name, b"{}") for name in names])
    assert [one.name for one in found] == ["passwd", "a.json", "agnp.json", "?", "x" * 80]


def test_a_bomb_is_read_to_the_bound_and_no_further() -> None:
    bomb = packed({"bomb.json": bytes(200 * 1024 * 1024)})
    assert len(bomb) < FILE_MOST
    assert [one.data for one in unpack([("bomb.zip", bomb)])] == [None]


def test_many_members_below_the_bound_are_refused_together() -> None:
    each, many = FILE_MOST - 1, UPLOAD_MOST // (FILE_MOST - 1) + 1
    assert refusal(("a.zip", packed({f"{n}.json": bytes(each) for n in range(many)}))) == "consolidation-upload-large"
    assert refusal(("a.zip", packed({f"{n}.json": b"" for n in range(FILES_MOST + 1)}))) == (
        "consolidation-too-many-files"
    )
    assert refusal(*((f"{n}.json", b"{}") for n in range(FILES_MOST + 1))) == "consolidation-too-many-files"


def test_an_archive_in_an_archive_is_a_file_like_any_other() -> None:
    inner = packed({"a.json": b"{}"})
    assert [one.data for one in unpack([("a.zip", packed({"b.zip": inner}))])] == [inner]


def test_a_damaged_or_encrypted_archive_is_refused_whole() -> None:
    whole = packed({"a.json": b"x" * 5000, "b.json": b"y"})
    assert refusal(("a.zip", whole[: len(whole) // 2])) == "consolidation-archive-broken"
    spoilt = bytearray(whole)
    spoilt[45] ^= 0xFF
    assert refusal(("a.zip", bytes(spoilt))) == "consolidation-archive-broken"
    # given the flag of encryption in both headers
    locked = bytearray(packed({"a.json": b"x"}, zipfile.ZIP_STORED))
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(("a.zip", bytes(locked))) == "consolidation-archive-broken"
