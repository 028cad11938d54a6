"""Charts: one pure function of published rows."""

import re
from xml.etree import ElementTree as ET

from portal.findings.rule import Band, bands_from
from portal.reports.annex import Entry, Listing, annex_of, load_words
from portal.reports.charts import LABELS, SVG, VALUES, WIDTH, chart_svg, chart_words
from portal.reports.metrics import text_width
from portal.reports.pictures import svg_to_png
from tests.reports.editions import edition, published
from tests.reports.support import report

LEGEND = ("ít nhất", "nhiều nhất")


def listing(*bands: Band, label: str = "Né tránh trách nhiệm") -> Listing:
    entries = tuple(Entry(f"C{at}", label, band, load_words().band_of(band)) for at, band in enumerate(bands, start=1))
    return Listing("Biểu hiện", ("Mã", "Nội dung", "Số"), entries, "")


def bars(svg: str) -> list[tuple[float, float, str]]:
    """Left end, right end and filling of each bar of the rows."""
    rects = ET.fromstring(svg).findall(f"{{{SVG}}}rect")
    drawn = [{name: rect.get(name, "") for name in ("x", "width", "height", "fill")} for rect in rects]
    return [
        (float(rect["x"]), float(rect["x"]) + float(rect["width"]), rect["fill"])
        for rect in drawn
        if rect["height"] == "14"
    ]


def test_a_bar_is_solid_to_the_least_and_hatched_to_the_most() -> None:
    (start, least, solid), (middle, most, hatched) = bars(chart_svg(listing(Band(10, 14)), LEGEND))
    room = WIDTH - LABELS - VALUES
    assert (solid, hatched) == ("#1a1a1a", "url(#chart-most)")
    assert start == LABELS
    # the axis ends at 15
    assert abs(least - (LABELS + room * 10 / 15)) < 0.6
    assert abs(middle - least) < 0.1
    assert abs(most - (LABELS + room * 14 / 15)) < 0.6


def test_an_open_band_ends_in_an_arrow_at_the_end_of_the_axis() -> None:
    svg = chart_svg(listing(Band(50, None)), LEGEND)
    assert "<polygon" in svg
    assert abs(bars(svg)[1][1] - (WIDTH - VALUES)) < 0.6
    assert "<polygon" not in chart_svg(listing(Band(10, 14)), LEGEND)


def test_it_reads_without_colour() -> None:
    svg = chart_svg(listing(*bands_from(5)), LEGEND)
    colours = set(re.findall(r"#[0-9a-f]{6}", svg))
    assert all(colour[1:3] == colour[3:5] == colour[5:7] for colour in colours)
    assert "<pattern" in svg


def test_words_are_the_bands_the_legend_and_the_axis() -> None:
    words = chart_words(listing(Band(10, 14), Band(5, 9)), LEGEND)
    assert words[:2] == list(LEGEND)
    assert words[2:6] == ["C1. Né tránh trách nhiệm", "từ 10 đến 14", "C2. Né tránh trách nhiệm", "từ 5 đến 9"]
    assert words[6:] == ["0", "5", "10", "15"]


def test_every_word_stays_inside_and_no_label_runs_into_its_bar() -> None:
    long = "Việc rà soát, đôn đốc thực hiện các nội dung chỉ đạo của cấp trên đối với đơn vị có việc chưa kịp thời"
    for band in (*bands_from(5), Band(1000, None)):
        root = ET.fromstring(chart_svg(listing(band, label=long), LEGEND))
        for node in root.iter(f"{{{SVG}}}text"):
            width = text_width(node.text or "", float(node.get("font-size", 0)))
            left = float(node.get("x", 0)) - (width / 2 if node.get("text-anchor") == "middle" else 0)
            assert left + width <= WIDTH
            if node.get("x") == "0":
                assert width <= LABELS - 8
    assert any(words.endswith("…") for words in chart_words(listing(Band(5, 9), label=long), LEGEND))


def test_markup_in_a_label_is_words() -> None:
    svg = chart_svg(listing(Band(5, 9), label="<b>&amp;</b>"), LEGEND)
    assert chart_words(listing(Band(5, 9), label="<b>&amp;</b>"), LEGEND)[2] == "C1. <b>&amp;</b>"
    assert "<b>" not in svg


def test_pixels_are_those_of_a_printer() -> None:
    png = svg_to_png(chart_svg(listing(Band(5, 9)), LEGEND))
    width = int.from_bytes(png[16:20], "big")
    assert png.startswith(b"\x89PNG")
    # 300 an inch
    assert abs(width - WIDTH / 72 * 300) <= 1


def test_the_words_for_a_chart_name_published_rows_only() -> None:
    found = {"C1": "10-14", "C12": "5-9", "D1": "50+"}
    annex = annex_of(edition(report(found), published(found)))
    told = {part.group() for one in annex.listings for part in re.finditer(r"[CD]\d+", one.alt)}
    figures = {part.group() for one in annex.listings for part in re.finditer(r"(?<![CD\d])\d+", one.alt)}
    assert told == {"C1", "C12", "D1"}
    assert figures == {"10", "14", "5", "9", "50"}
