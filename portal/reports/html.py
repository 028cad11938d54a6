"""A report as one HTML file that stands alone: no script, nothing fetched, the edition in a data element.

It is a tree of elements, so that no word can become markup. Its looks come from ``report.css``; the measures of
paper stay with DOCX and PDF.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable

from lxml import etree, html
from lxml.builder import E

from portal.reports.annex import Annex, Listing
from portal.reports.charts import chart_svg
from portal.reports.html_names import DATA_ID, style_sheet
from portal.reports.layout import Layout, Line, lay_out
from portal.reports.model import Document, Run
from portal.reports.pictures import qr_svg
from portal.reports.style import Style, load_style

LEVELS = {"part": "h2", "mark": "h3", "section": "h3", "point": "h4"}
# What a browser may do for a file that asks for nothing: draw what is in it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def to_html(document: Document, style: Style | None = None, annex: Annex | None = None) -> bytes:
    """The file, UTF-8. ``style`` is by default the table the document names; with an annex it carries its edition.

    :raises portal.reports.errors.BadTable: when the document names an unknown style.
    """
    style = style or load_style(document.style)
    layout = lay_out(document, style)
    page = E.html(_head(layout), E.body(E.main(*_report(layout, style), *(_annex(annex) if annex else ()))))
    page.set("lang", "vi")
    return html.tostring(page, doctype="<!DOCTYPE html>", encoding="utf-8") + b"\n"


def _head(layout: Layout) -> etree._Element:
    return E.head(
        E.meta(charset="utf-8"),
        E.meta({"http-equiv": "Content-Security-Policy", "content": POLICY}),
        E.meta(name="viewport", content="width=device-width, initial-scale=1"),
        E.meta(name="referrer", content="no-referrer"),
        E.title(f"{layout.kind}: {layout.subject}"),
        E.style(style_sheet()),
    )


def _lines(name: str, lines: Iterable[str]) -> etree._Element:
    return E.div({"class": name}, *(E.p(line) for line in lines))


def _report(layout: Layout, style: Style) -> Iterable[etree._Element]:
    yield E.header(
        _lines("issuer", layout.issuer),
        _lines("motto", layout.motto),
        E.p(layout.number, {"class": "number"}),
        E.p(layout.place, {"class": "place"}),
    )
    yield E.h1(layout.kind)
    yield E.p(layout.subject, {"class": "subject"})
    if layout.separator:
        yield E.p(layout.separator, {"class": "separator"})
    yield from map(_line, layout.body)
    heading, *items = layout.recipients
    signed = [line for line in (layout.authority, layout.post) if line is not None]
    yield E.footer(
        E.div(
            {"class": "recipients"},
            E.p(heading, {"class": f"heading {style.recipients.heading_look}"}),
            E.ul(*map(E.li, items)),
        ),
        E.div({"class": "signature"}, *map(E.p, signed), E.p(layout.name, {"class": "name"})),
    )


def _line(line: Line) -> etree._Element:
    if line.kind == "paragraph":
        return E.p({"class": "text"}, *map(_run, line.runs))
    return E(LEVELS[line.kind], {"class": line.kind}, *map(_run, line.runs))


def _run(run: Run) -> etree._Element | str:
    inner: etree._Element | str = E.em(run.text) if run.italic else run.text
    return E.strong(inner) if run.bold else inner


def _annex(annex: Annex) -> Iterable[etree._Element]:
    section = E.section({"class": "annex"}, E.h2(annex.heading), E.p(annex.title, {"class": "subject"}))
    section.append(E.p(annex.basis))
    for number, listing in enumerate(annex.listings, start=1):
        section.extend((E.h3(listing.title), _table(listing)))
        if listing.alt:
            section.append(_picture(chart_svg(listing, annex.legend, f"chart{number}"), listing.alt, "chart"))
    if annex.nothing:
        section.append(E.p(annex.nothing))
    qr = [_picture(qr_svg(annex.address), annex.qr_alt, "qr")] if annex.address else []
    section.append(E.div({"class": "check"}, *qr, E.p(annex.check)))
    # A data element runs nothing and shows nothing; base64, so that no parser ever looks for markup in it.
    section.append(E.data({"id": DATA_ID, "hidden": "", "value": base64.b64encode(annex.data).decode()}))
    yield section


def _table(listing: Listing) -> etree._Element:
    rows = [E.tr(E.th(one.code, scope="row"), E.td(one.label), E.td(one.said)) for one in listing.entries]
    heads = [E.th(words, scope="col") for words in listing.columns]
    return E.table(E.thead(E.tr(*heads)), E.tbody(*rows))


def _picture(svg: str, alt: str, name: str) -> etree._Element:
    picture = etree.fromstring(svg)
    picture.set("role", "img")
    picture.set("aria-label", alt)
    # A chart is wider than a telephone: whoever has no mouse must be able to scroll it.
    return E.figure({"class": name, "tabindex": "0"} if name == "chart" else {"class": name}, picture)
