"""Which paraphrases the committee may read: few, each once, only behind large rows."""

from datetime import date

import pytest

from portal.consultations.taxonomy import default_taxonomy
from portal.findings.paraphrases import SHOWN_MOST, choose
from portal.findings.publication import Publication, Published, Row
from portal.findings.rule import Rule, band_labelled

TAXONOMY = default_taxonomy()
RULE = Rule()


def publication(themes_only: bool = False, **bands: str) -> Publication:
    rows = tuple(Row(code, band_labelled(band, RULE.bands)) for code, band in sorted(bands.items()))
    lists = {"themes": rows, "categories": ()} if themes_only else {"themes": (), "categories": rows}
    return Publication(
        consultation="thu-2026",
        title_vi="Thử",
        title_en="Trial",
        opens=date(2026, 1, 1),
        closes=date(2026, 1, 2),
        taxonomy_version=1,
        taxonomy_sha256="ab" * 32,
        rule=RULE,
        rows=Published(themes_only=themes_only, units=(), **lists),
    )


def coding(*categories: str, text: str = "<p>a</p>", flags: tuple[str, ...] = ()) -> dict:
    return {"categories": list(categories), "paraphrase": text, "flags": list(flags)}


def chosen(codings: list[dict], **bands: str) -> dict[str, list[str]]:
    return choose(codings, publication(**bands), TAXONOMY)


def test_only_rows_whose_band_reaches_the_paraphrase_threshold_have_any() -> None:
    said = [coding("C1", text="<p>một</p>"), coding("C2", text="<p>hai</p>"), coding("C3", text="<p>ba</p>")]
    assert chosen(said, C1="10-14", C2="5-9") == {"C1": ["<p>một</p>"]}


def test_a_list_never_grows_with_the_number_of_comments() -> None:
    said = [coding("C1", text=f"<p>{number}</p>") for number in range(40)]
    shown = chosen(said, C1="30-49")["C1"]
    assert len(shown) == SHOWN_MOST == 5
    assert shown == sorted(shown)
    assert shown == chosen(list(reversed(said)), C1="30-49")["C1"]


def test_the_same_words_are_shown_once() -> None:
    said = [coding("C1"), coding("C1"), coding("C1", text="<p>b</p>")]
    assert chosen(said, C1="10-14") == {"C1": ["<p>a</p>", "<p>b</p>"]}


def test_a_paraphrase_never_stands_under_two_rows() -> None:
    # given comments that all concern two rows, whose lists would otherwise be tied together
    said = [coding("C1", "D1", text=f"<p>{number}</p>") for number in range(30)]
    shown = chosen(said, C1="30-49", D1="30-49")
    assert not set(shown["C1"]) & set(shown["D1"])
    assert [len(texts) for texts in shown.values()] == [5, 5]


def test_words_written_for_two_comments_do_not_tie_two_rows_either() -> None:
    shown = chosen([coding("C1"), coding("D1")], C1="10-14", D1="10-14")
    assert sorted(shown.values()) == [[], ["<p>a</p>"]]


@pytest.mark.parametrize("flag", ["no_publishable", "denunciation"])
def test_a_flagged_comment_says_nothing(flag) -> None:
    assert chosen([coding("C1", flags=(flag,))], C1="10-14") == {"C1": []}


def test_an_empty_paraphrase_is_none() -> None:
    assert chosen([coding("C1", text="")], C1="10-14") == {"C1": []}


def test_where_only_themes_were_published_they_stand_under_the_theme() -> None:
    said = [coding("C1", text="<p>một</p>"), coding("C12", text="<p>khen</p>"), coding("D1", text="<p>ba</p>")]
    assert chosen(said, themes_only=True, C="10-14", D="5-9") == {"C": ["<p>một</p>"]}


def test_no_large_row_no_paraphrase() -> None:
    assert chosen([coding("C1")], C1="5-9") == {}
