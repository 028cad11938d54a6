"""A bundle is read in place: what it holds, what it must not hold, and how it can be damaged."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib

import pytest

from portal.audit import source as sources
from portal.audit.archive import Bundle, open_source
from portal.audit.bundle import FOLDER, write_zip
from portal.audit.source import Directory, Missing, Unusable, Web
from portal.audit.verify import Brought, verify
from tests.audit.rich import NOW
from tests.audit.support import flip, names


@pytest.fixture(scope="module")
def packed(rich) -> bytes:
    file = io.BytesIO()
    write_zip(file, rich.files.items())
    return file.getvalue()


@pytest.fixture
def judge(rich, tmp_path):
    """The verdict on a bundle of those bytes."""

    def run(data: bytes):
        path = tmp_path / "bundle.zip"
        path.write_bytes(data)
        return verify(Bundle(path), Brought(rich.log.vkey, rich.kept, rich.policy, NOW))

    return run


def made(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return file.getvalue()


def test_it_verifies_without_being_unpacked(judge, packed, rich, tmp_path) -> None:
    verdict = judge(packed)
    assert (verdict.failures, verdict.left_out) == ([], [])
    assert [path.name for path in tmp_path.iterdir()] == ["bundle.zip"]
    bundle = Bundle(tmp_path / "bundle.zip")
    assert list(bundle.names()) == sorted(rich.files)
    assert {name: bundle.read(name) for name in rich.files} == rich.files
    with pytest.raises(Missing):
        bundle.read("log/none")


def test_a_flipped_bit_is_named_or_changes_nothing_that_is_read(judge, packed, rich, tmp_path) -> None:
    # given a bundle whose every 97th byte is damaged in turn: most hold content, some a file's time or rights
    silent = 0
    for place in range(0, len(packed), 97):
        verdict = judge(flip(packed, place))
        if verdict.ok:
            silent += 1
            bundle = Bundle(tmp_path / "bundle.zip")
            assert {name: bundle.read(name) for name in bundle.names()} == rich.files, place
    assert silent < len(packed) // 97 // 10


@pytest.mark.parametrize("which", [0, 1], ids=["beside the file", "in the list of files"])
def test_a_file_that_has_two_names_is_no_file(judge, packed, which) -> None:
    # given openings under a name that nobody asks for, or asked for in vain: as if there were none
    places = [found.start() for found in re.finditer(rb"openings\.json", packed)]
    assert len(places) == 2
    assert names(judge(flip(packed, places[which]))) == {"bundle-malformed"}


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_bundle_is_named(judge, packed, share) -> None:
    assert names(judge(packed[: int(len(packed) * share)])) == {"bundle-malformed"}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"not a zip", id="other"),
        pytest.param(made(("elsewhere/log/checkpoint", b"x")), id="another-folder"),
        pytest.param(made((f"{FOLDER}/../log/checkpoint", b"x")), id="upwards"),
        pytest.param(made((f"/{FOLDER}/log/checkpoint", b"x")), id="absolute"),
        pytest.param(made((f"{FOLDER}/log//checkpoint", b"x")), id="doubled-slash"),
        pytest.param(made((f"{FOLDER}", b"x")), id="folder-as-a-file"),
        pytest.param(made((f"{FOLDER}/log/", b"")), id="folder-alone"),
        pytest.param(made((f"{FOLDER}/log/checkpoint", b"x"), method=zipfile.ZIP_BZIP2), id="bzip2"),
        pytest.param(made((f"{FOLDER}/log/checkpoint", b"x"), method=zipfile.ZIP_LZMA), id="lzma"),
    ],
)
def test_what_is_no_bundle_is_named(judge, data) -> None:
    assert names(judge(data)) == {"bundle-malformed"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_stands_there_twice_is_named(judge, rich) -> None:
    files = [(f"{FOLDER}/{name}", data) for name, data in rich.files.items()]
    assert names(judge(made(*files, files[0]))) == {"bundle-malformed"}


def test_an_encrypted_file_is_named(judge) -> None:
    data = bytearray(made((f"{FOLDER}/log/checkpoint", b"x")))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert names(judge(bytes(data))) == {"bundle-malformed"}


def test_a_bomb_of_one_file_is_not_inflated(judge, rich, monkeypatch) -> None:
    monkeypatch.setattr(sources, "LIMIT", 4096)
    files = {**rich.files, "log/checkpoint": bytes(8_000_000)}
    small = made(*((f"{FOLDER}/{name}", data) for name, data in files.items()))
    assert len(small) < 200_000
    assert names(judge(small)) == {"file-too-large"}


def test_a_file_that_holds_more_than_it_says_is_not_inflated_past_that(judge, rich) -> None:
    # given eight megabytes that call themselves 100 bytes, with a checksum that fits those
    key = (f"{FOLDER}/log/vkey", rich.files["log/vkey"])
    data = bytearray(made((f"{FOLDER}/log/checkpoint", bytes(8_000_000)), key))
    sizes = struct.pack("<II", zlib.crc32(bytes(100)), 100)
    central = data.index(b"PK\x01\x02")
    data[central + 16 : central + 20], data[central + 24 : central + 28] = sizes[:4], sizes[4:]
    # then a hundred bytes are read, and they are no checkpoint
    assert names(judge(bytes(data))) == {"malformed-note"}


def test_files_that_overlap_are_refused(judge) -> None:
    # given two entries of the central directory that name the same packed bytes
    one = made((f"{FOLDER}/log/checkpoint", bytes(1000)))
    start = one.index(b"PK\x01\x02")
    entry, end = one[start : one.rindex(b"PK\x05\x06")], bytearray(one[one.rindex(b"PK\x05\x06") :])
    other = entry.replace(b"log/checkpoint", b"log/checkpoins")
    end[8:12] = struct.pack("<HH", 2, 2)
    end[12:16] = struct.pack("<I", 2 * len(entry))
    assert names(judge(one[:start] + entry + other + bytes(end))) == {"bundle-malformed"}


def test_a_target_is_an_address_a_directory_or_a_file(tmp_path) -> None:
    (tmp_path / "bundle.zip").write_bytes(b"")
    assert isinstance(open_source(str(tmp_path / "bundle.zip")), Bundle)
    assert isinstance(open_source(str(tmp_path)), Directory)
    assert isinstance(open_source("https://gop-y.example.vn/portal"), Web)
    for target in (str(tmp_path / "none"), "ftp://example.org", "https://"):
        with pytest.raises(ValueError):
            open_source(target)


def test_a_directory_lists_its_files_and_keeps_to_itself(rich, tmp_path, monkeypatch) -> None:
    root = tmp_path / "export"
    for name, data in rich.files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    directory = Directory(root)
    assert sorted(directory.names()) == sorted(rich.files)
    assert list(directory.names()) == list(Directory(root).names())
    (tmp_path / "secret").write_bytes(b"x")
    (root / "link").symlink_to(tmp_path / "secret")
    for name in ("../secret", "link", "log"):
        with pytest.raises(Missing):
            directory.read(name)
    monkeypatch.setattr(sources, "LIMIT", 10)
    with pytest.raises(Unusable) as refused:
        directory.read("log/checkpoint")
    assert refused.value.name == "file-too-large"
