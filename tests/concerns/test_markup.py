"""What people type and what is kept say the same, both ways, and nothing else gets through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.concerns.markup import to_html, to_text
from portal.moderation.codings import clean_paraphrase

PAIRS = [
    ("", ""),
    ("Sẽ phân công rõ.", "<p>Sẽ phân công rõ.</p>"),
    ("Một.\nHai.", "<p>Một.<br>Hai.</p>"),
    ("Một.\n\nHai.", "<p>Một.</p><p>Hai.</p>"),
    ("- một\n- hai", "<ul><li>một</li><li>hai</li></ul>"),
    ("1. một\n2. hai", "<ol><li>một</li><li>hai</li></ol>"),
    ("Gồm:\n\n- một\n\nHết.", "<p>Gồm:</p><ul><li>một</li></ul><p>Hết.</p>"),
    ("Làm **ngay** và *rõ*.", "<p>Làm <strong>ngay</strong> và <em>rõ</em>.</p>"),
    (r"5 \* 3", "<p>5 * 3</p>"),
    ("a < b & c > d", "<p>a &lt; b &amp; c &gt; d</p>"),
    ("<b>đậm</b>", "<p>&lt;b&gt;đậm&lt;/b&gt;</p>"),
]


@pytest.mark.parametrize(("typed", "kept"), PAIRS)
def test_both_ways(typed, kept) -> None:
    assert to_html(typed) == kept
    assert to_text(kept) == typed


@pytest.mark.parametrize(("_typed", "kept"), PAIRS)
def test_what_is_kept_is_what_cleaning_leaves(_typed, kept) -> None:
    assert clean_paraphrase(kept) == kept


def test_decomposed_letters_are_composed() -> None:
    assert to_html("hoa\u0300") == "<p>hoà</p>"


def test_a_list_right_behind_a_paragraph_needs_no_blank_line() -> None:
    assert to_html("Gồm:\n- một") == "<p>Gồm:</p><ul><li>một</li></ul>"


@given(st.text(alphabet=st.sampled_from("aĐ ớ*<>&\"'-1.\\\n/p"), max_size=60))
def test_typing_again_what_is_shown_keeps_the_same(text) -> None:
    kept = to_html(text)
    assert to_html(to_text(kept)) == kept


@given(st.text(max_size=80))
def test_no_tag_of_the_writer_survives(text) -> None:
    kept = to_html(text)
    assert clean_paraphrase(kept) == clean_paraphrase(clean_paraphrase(kept))
    bare = kept
    for tag in ("p", "br", "em", "strong", "ul", "ol", "li"):
        bare = bare.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    assert "<" not in bare
