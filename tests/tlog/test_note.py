"""Signed notes: the specification's examples open, what is not canonical is refused, one flipped bit fails."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.tlog.errors import (
    AmbiguousKey,
    InvalidSignature,
    MalformedKey,
    MalformedNote,
    UnverifiedNote,
)
from portal.tlog.keys import SignerKey, VerifierKey, format_vkey
from portal.tlog.note import MAX_SIGNATURES, Note, Signature, open_note, parse_note, sign_note
from tests.tlog.support import LOG_KEY, OTHER_KEY, flipped, vectors

C2SP = vectors("c2sp")
KEY = LOG_KEY.verifier
TEXT = "one\n\nthree\n"
NOTE = str(sign_note(TEXT, LOG_KEY))

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=60).map(
    lambda text: text + "\n"
)
names = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="+"), min_size=1)
seeds = st.binary(min_size=32, max_size=32)


def test_the_example_of_the_specification_opens() -> None:
    case = C2SP["note"]
    opened = open_note(case["note"], [VerifierKey.parse(case["vkey"])])

    assert opened.text == case["text"]
    assert [one.name for one in opened.verified] == ["example.com/foo"]
    assert open_note(case["note"].encode(), [VerifierKey.parse(case["vkey"])]) == opened


def test_the_example_with_blank_lines_keeps_them_in_its_text() -> None:
    case = C2SP["note_with_blank_lines"]
    note = parse_note(case["note"])

    assert note.text.endswith("raggio di sole:\n\ned è subito sera.\n")
    assert [one.name for one in note.signatures] == [case["name"]]
    assert str(note) == case["note"]


@given(texts, st.lists(st.tuples(names, seeds), min_size=1, max_size=3, unique_by=lambda pair: pair[0]))
def test_what_is_signed_opens_and_its_parts_are_an_inverse_pair(text: str, keys: list[tuple[str, bytes]]) -> None:
    signers = [SignerKey(*pair) for pair in keys]
    note = sign_note(text, *signers)

    assert parse_note(str(note)) == note
    opened = open_note(str(note).encode(), [signer.verifier for signer in signers])
    assert (opened.text, opened.verified, opened.unknown) == (text, note.signatures, ())


@given(st.integers(0, len(NOTE.encode()) * 8 - 1))
def test_one_flipped_bit_anywhere_is_refused(bit: int) -> None:
    with pytest.raises((MalformedNote, UnverifiedNote, InvalidSignature)):
        open_note(flipped(NOTE.encode(), bit), [KEY])


@given(names, seeds)
def test_keys_are_inverse_pairs(name: str, seed: bytes) -> None:
    key = SignerKey(name, seed)

    assert SignerKey.parse(key.reveal()) == key
    assert VerifierKey.parse(str(key.verifier)) == key.verifier
    assert repr(seed) not in repr(key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+530d903a",
        C2SP["note"]["vkey"].replace("530d903a", "530D903A"),
        C2SP["note"]["vkey"].replace("530d903a", "530d903b"),
        C2SP["note"]["vkey"].replace("example.com/foo", "example.com/bar"),
        C2SP["note"]["vkey"].replace("example.com/foo", "example.com foo"),
        C2SP["note"]["vkey"] + "\n",
        C2SP["note"]["vkey"] + "=",
        C2SP["note"]["vkey"][:-4],
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "name+00000000+AQ==",
        LOG_KEY.reveal(),
    ],
)
def test_other_texts_are_no_verifier_key(text: str) -> None:
    with pytest.raises(MalformedKey):
        VerifierKey.parse(text)


def test_other_texts_are_no_signer_key() -> None:
    secret = LOG_KEY.reveal()
    for text in (str(KEY), secret.lower(), secret + "\n", secret.replace("gop-y", "gop-z"), secret[:-8]):
        with pytest.raises(MalformedKey):
            SignerKey.parse(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\u2003b", "a\nb", "a\x00b", "\ud800"])
def test_names_that_no_key_has(name: str) -> None:
    with pytest.raises(MalformedKey):
        SignerKey(name, bytes(32))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_keys_of_another_length_are_refused(length: int) -> None:
    with pytest.raises(MalformedKey):
        SignerKey("a", bytes(length))
    with pytest.raises(MalformedKey):
        VerifierKey("a", bytes(length))


def test_a_key_of_another_signature_type_is_no_note_key() -> None:
    with pytest.raises(MalformedKey):
        VerifierKey.parse(format_vkey(KEY.name, 0x04, KEY.public_key))
    as_cosigner = b64encode(b"\x04" + LOG_KEY.seed).decode()
    with pytest.raises(MalformedKey):
        SignerKey.parse(f"{LOG_KEY.reveal().rpartition('+')[0]}+{as_cosigner}")


SIGNATURE = NOTE.removeprefix(TEXT + "\n")


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "\n",
        TEXT,
        TEXT + "\n",
        SIGNATURE,
        TEXT + SIGNATURE.replace("\n", ""),
        NOTE[:-1],
        NOTE + "\n",
        NOTE + "more\n",
        NOTE.replace("\u2014", "-"),
        NOTE.replace("\u2014 ", "\u2014"),
        NOTE.replace("gop-y ", "gop-y  "),
        NOTE.replace("gop-y ", "gop+y "),
        NOTE.replace("gop-y ", "gop\u00a0y "),
        NOTE.replace("one", "o\tne"),
        NOTE.replace("one\n", "one\r\n"),
        NOTE.replace("one", "\ud800"),
        NOTE[:-2] + "\n",
        NOTE[:-4] + "B==\n",
        TEXT + "\n\u2014 name AAAAAA==\n",
        TEXT + "\n" + SIGNATURE * (MAX_SIGNATURES + 1),
        b"\xff" + NOTE.encode(),
    ],
)
def test_other_texts_are_no_note(raw: str | bytes) -> None:
    with pytest.raises(MalformedNote):
        parse_note(raw)


@given(st.text(alphabet="a\n\u2014 +=A1", max_size=40))
def test_whatever_is_accepted_is_canonical(raw: str) -> None:
    try:
        note = parse_note(raw)
    except MalformedNote:
        return
    assert str(note) == raw


def test_unknown_signatures_are_kept_aside_and_never_trusted() -> None:
    note = sign_note(TEXT, LOG_KEY, OTHER_KEY)

    opened = open_note(note, [KEY])
    assert opened.signed_by(KEY)
    assert not opened.signed_by(OTHER_KEY.verifier)
    assert opened.unknown == (note.signatures[1],)
    with pytest.raises(UnverifiedNote):
        opened.require(OTHER_KEY.verifier)
    with pytest.raises(UnverifiedNote):
        open_note(sign_note(TEXT, OTHER_KEY), [KEY])
    with pytest.raises(UnverifiedNote):
        open_note(note, [])


def test_one_false_signature_by_a_known_key_refuses_the_note() -> None:
    good = sign_note(TEXT, LOG_KEY).signatures[0]
    false = Signature(good.name, good.key_id, flipped(good.value, 7))
    short = Signature(good.name, good.key_id, good.value[:-1])

    for signatures in ((false,), (good, false), (false, good), (short,)):
        with pytest.raises(InvalidSignature):
            open_note(Note(TEXT, signatures), [KEY])


def test_a_new_signature_takes_the_place_of_its_keys_old_one() -> None:
    old = sign_note("another text\n", LOG_KEY).signatures
    other = sign_note(TEXT, OTHER_KEY).signatures

    assert sign_note(TEXT, LOG_KEY, existing=(*old, *other)).signatures[0] == other[0]
    assert open_note(sign_note(TEXT, LOG_KEY, existing=(*old, *other)), [KEY, OTHER_KEY.verifier]).unknown == ()


def test_two_trusted_keys_of_one_name_and_id_are_refused() -> None:
    with pytest.raises(AmbiguousKey):
        open_note(NOTE, [KEY, VerifierKey(KEY.name, KEY.public_key)])


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "\ud800\n"])
def test_texts_that_no_note_has_are_not_signed(text: str) -> None:
    with pytest.raises(MalformedNote):
        sign_note(text, LOG_KEY)
    with pytest.raises(MalformedNote):
        sign_note("fine\n")
