"""The published rows as CSV."""

import csv
import io

import pytest
import rfc8785

from portal.findings.publication import parse_publication
from portal.reports.csv_file import findings_csv, guarded
from tests.reports.editions import published

FOUND = parse_publication(rfc8785.dumps(published({"C1": "50+", "D1": "10-14"}, units={"p1": "5-9"})))


def test_rows_in_vietnamese_use_semicolons_and_a_byte_order_mark() -> None:
    data = findings_csv(FOUND, {"C1": "Né tránh; đùn đẩy", "D1": "Việc “gấp”"}, {"p1": "Phòng Một"}, "vi")
    assert data.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert rows == [
        ["Bảng", "Mã", "Nội dung", "Từ", "Đến"],
        ["Nội dung góp ý", "C1", "Né tránh; đùn đẩy", "50", ""],
        ["Nội dung góp ý", "D1", "Việc “gấp”", "10", "14"],
        ["Đơn vị", "p1", "Phòng Một", "5", "9"],
    ]


def test_rows_in_english_use_commas() -> None:
    first = findings_csv(FOUND, {}, {}, "en").decode("utf-8-sig").splitlines()[0]
    assert first == '"Table","Code","Label","From","To"'


@pytest.mark.parametrize("cell", ["=1+1", "+84", "-2", "@SUM(A1)", "\t=1", " =1", "\r=1", "＝1", "\n@x"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"
    data = findings_csv(FOUND, {"C1": cell}, {}, "vi").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data, newline=""), delimiter=";"))
    assert rows[1][2] == f"'{cell}"


@pytest.mark.parametrize("cell", ["Né tránh", "1 - 2", "a=b", ""])
def test_other_words_stay_as_they_are(cell: str) -> None:
    assert guarded(cell) == cell
