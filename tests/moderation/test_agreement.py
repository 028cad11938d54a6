"""Krippendorff's alpha of two readers: known values, what is compared, and what a figure must not give away."""

from __future__ import annotations

import subprocess
import sys

import pytest

from portal.findings.agreement import published_agreement
from portal.findings.models import Publication
from portal.moderation.agreement import BATCH, Figure, Tally, measure
from tests.moderation.two import Pair

# K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), example A: ten units, two observers.
MEG, OWEN = "0100000010", "1110010000"


def of_pairs(one: str, other: str) -> Tally:
    both = sum(left == right == "1" for left, right in zip(one, other, strict=True))
    differ = sum(left != right for left, right in zip(one, other, strict=True))
    return Tally(len(one), both, differ)


def test_the_figure_of_the_textbook() -> None:
    assert of_pairs(MEG, OWEN).alpha == pytest.approx(0.095, abs=0.0005)


@pytest.mark.parametrize("tally", [Tally(0, 0, 0), Tally(20, 0, 0), Tally(20, 20, 0)])
def test_where_everybody_says_the_same_there_is_no_figure(tally) -> None:
    assert tally.alpha is None


def test_full_agreement_is_one_and_full_disagreement_below_nothing() -> None:
    assert Tally(20, 10, 0).alpha == pytest.approx(1)
    assert Tally(20, 0, 20).alpha < 0


def read(pair: Pair, index: int, one: list[str], other: list[str]) -> None:
    pair.code("moderator", index, 1, *one)
    pair.code("moderator2", index, 2, *other)


def test_figures_come_by_whole_batches_and_rest_on_the_first_codings(pair) -> None:
    # given one comment less than a batch
    places = pair.send(BATCH + 1)
    for nth, index in enumerate(places[: BATCH - 1]):
        read(pair, index, ["C1"] if nth < 8 else ["D1"], ["C1"] if nth < 7 else ["D1"])
    assert measure(pair.session, pair.atrest, pair.row).comments == 0
    # when the two come to agree on what they differed in, and the batch is full
    pair.code("moderator2", places[7], 2, "C1")
    read(pair, places[BATCH - 1], ["D1"], ["D1"])
    found = measure(pair.session, pair.atrest, pair.row)
    # then their first codings are compared: 7 both, 1 differing, 12 neither
    figures = {figure.code: figure for figure in found.categories}
    assert found.comments == BATCH
    assert figures["C1"] == Figure("C1", "good", round(Tally(BATCH, 7, 1).alpha, 2))
    assert figures["C2"] == Figure("C2", "few")
    assert [figure.code for figure in found.batches] == ["1"]
    # and a comment more changes nothing
    read(pair, places[BATCH], ["C2"], ["C9"])
    assert measure(pair.session, pair.atrest, pair.row) == found


def test_a_category_of_fewer_than_k_comments_has_no_figure(pair) -> None:
    for nth, index in enumerate(pair.send(BATCH)):
        chosen = ["C1"] if nth < pair.row.k - 1 else ["C2"]
        read(pair, index, chosen, chosen)
    found = {figure.code: figure.name for figure in measure(pair.session, pair.atrest, pair.row).categories}
    # then neither the small one has one, nor the one that all others have
    assert (found["C1"], found["C2"]) == ("few", "few")


def test_the_office_gets_words_for_published_categories_alone(pair) -> None:
    for nth, index in enumerate(pair.send(BATCH)):
        read(pair, index, ["C1"] if nth < 10 else ["C2"], ["C1"] if nth < 9 else ["C2"])
    publication = Publication(
        consultation_id=pair.row.id, document=b'{"rows":{"categories":[{"code":"C1","band":"5-9"}]}}'
    )
    found = published_agreement(pair.session, pair.atrest, publication)
    assert found == (Figure("", "good"), Figure("C1", "good"))
    assert {figure.alpha for figure in found} == {None}


def test_the_tallies_are_sealed(pair) -> None:
    for index in pair.send(2):
        read(pair, index, ["C12"], ["D6"])
    (sealed,) = pair.session.connection().exec_driver_sql("SELECT sealed FROM agreement_batch").scalars()
    # with their quotation marks: two bytes alone come about by chance
    assert b'"C12"' not in bytes(sealed)
    assert b'"D6"' not in bytes(sealed)


def test_the_library_is_loaded_by_a_figure_and_by_nothing_else() -> None:
    program = "import sys, portal.factory; sys.exit('nltk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
