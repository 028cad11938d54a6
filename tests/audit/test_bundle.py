"""The bundle is a ZIP of a verifiable directory, the same bytes for the same files."""

import io
import zipfile

from portal.audit.bundle import FOLDER, write_zip
from portal.audit.source import Directory
from portal.audit.verify import Brought, verify


def zipped(files) -> bytes:
    file = io.BytesIO()
    assert write_zip(file, files.items()) == len(files)
    return file.getvalue()


def test_unpacked_it_verifies(case, tmp_path) -> None:
    with zipfile.ZipFile(io.BytesIO(zipped(case.files))) as archive:
        assert all(name.startswith(f"{FOLDER}/") for name in archive.namelist())
        archive.extractall(tmp_path)
    assert verify(Directory(tmp_path / FOLDER), Brought(case.log.vkey)).ok


def test_the_same_files_give_the_same_bytes_and_no_time(case) -> None:
    assert zipped(case.files) == zipped(case.files)
    with zipfile.ZipFile(io.BytesIO(zipped(case.files))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
