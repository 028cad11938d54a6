"""LibreOffice opens the files, and the pages are those of a report."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from portal.reports.docx import to_docx
from portal.reports.metrics import text_width
from portal.reports.text import to_text
from tests.reports.support import report
from tests.reports.test_docx import as_state

TOOLS = ("soffice", "pdftotext", "pdfinfo")
pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in TOOLS), reason="needs LibreOffice and poppler-utils"
)


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, timeout=120).stdout.decode()


@pytest.fixture(scope="module")
def pdfs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("render")
    documents = {"party": report(), "state": as_state(report())}
    for name, document in documents.items():
        (folder / f"{name}.docx").write_bytes(to_docx(document))
    files = [str(folder / f"{name}.docx") for name in documents]
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *files)
    return {name: folder / f"{name}.pdf" for name in documents}


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", ["party", "state"])
def test_pages_are_a4_few_and_numbered_from_the_second(pdfs: dict[str, Path], name: str) -> None:
    info = run("pdfinfo", str(pdfs[name]))
    pages = int(re.search(r"^Pages:\s+(\d+)$", info, re.M)[1])
    assert 3 <= pages <= 5
    assert "A4" in re.search(r"^Page size:.*$", info, re.M)[0]
    firsts = []
    for page in range(1, pages + 1):
        text = run("pdftotext", "-layout", "-f", str(page), "-l", str(page), str(pdfs[name]), "-")
        firsts.append(text.strip().splitlines()[0].strip())
    assert not firsts[0].isdigit()
    assert firsts[1:] == [str(page) for page in range(2, pages + 1)]


@pytest.mark.parametrize(("name", "document"), [("party", report()), ("state", as_state(report()))])
def test_every_word_comes_through(pdfs: dict[str, Path], name: str, document) -> None:
    text = run("pdftotext", "-raw", str(pdfs[name]), "-")
    without_numbers = "\n".join(line for line in text.splitlines() if not line.strip().isdigit())
    shown = squeezed(without_numbers.replace("\f", " "))
    for line in to_text(document).splitlines():
        assert squeezed(line) in shown


def test_the_signature_stays_with_the_end_of_the_text(pdfs: dict[str, Path]) -> None:
    pages = run("pdftotext", "-layout", str(pdfs["party"]), "-").split("\f")
    (last,) = [page for page in pages if "Nơi nhận:" in page]
    assert "Trên đây là báo cáo" in last
    assert "Đỗ Văn Mẫu" in last


def test_the_computed_width_is_the_printed_width(pdfs: dict[str, Path]) -> None:
    # The rule under the motto is only as long as the words if our widths are the renderer's widths.
    boxes = run("pdftotext", "-bbox", "-f", "1", "-l", "1", str(pdfs["party"]), "-")
    words = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="[\d.]+">([^<]+)<', boxes)
    start = [word for *_, word in words].index("ĐẢNG")
    line = words[start : start + 5]
    assert [word for *_, word in line] == ["ĐẢNG", "CỘNG", "SẢN", "VIỆT", "NAM"]
    printed = float(line[-1][2]) - float(line[0][0])
    assert printed == pytest.approx(text_width("ĐẢNG CỘNG SẢN VIỆT NAM", 15, bold=True), abs=0.5)
