"""Trust policies: the specification's example, every rule by a refusal that names its line, and what holds."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.tlog.checkpoint import Checkpoint, sign_checkpoint
from portal.tlog.cosignature import CosignerSigner, MldsaCosignerSigner
from portal.tlog.errors import (
    InvalidSignature,
    LogNotInPolicy,
    MalformedNote,
    MalformedPolicy,
    TlogError,
    UnverifiedNote,
)
from portal.tlog.keys import SignerKey
from portal.tlog.note import Note, Signature, sign_note
from portal.tlog.policy import Policy, PolicyGroup, PolicyLog, PolicyWitness, parse_policy
from tests.tlog.support import LOG_KEY, OTHER_KEY, vectors

NAMES = ["X1", "X2", "X3", "Y1", "Y2", "Y3"]
SIGNERS = {
    name: (MldsaCosignerSigner if number % 2 else CosignerSigner)(f"{name}.example/w", bytes([number] * 32))
    for number, name in enumerate(NAMES)
}
LOG = str(LOG_KEY.verifier)
NOTE = sign_checkpoint(Checkpoint(LOG_KEY.name, 7, bytes(range(32))), LOG_KEY)


def example() -> str:
    """The specification's text with keys in it."""
    lines = vectors("witness")["policy"]["text"].splitlines()
    filled = []
    for line in lines:
        words = line.split()
        key = LOG if words[:1] == ["log"] else str(SIGNERS[words[1]].verifier) if words[:1] == ["witness"] else ""
        filled.append(line.replace("<vkey>", key))
    return "".join(f"{line}\n" for line in filled)


EXAMPLE = parse_policy(example())
W = str(SIGNERS["X1"].verifier)
V = str(SIGNERS["X2"].verifier)


def cosigned(*names: str, time: int = 5) -> Note:
    return sign_note(NOTE.text, *(SIGNERS[name].at(time) for name in names), existing=NOTE.signatures)


def test_the_example_of_the_specification_parses() -> None:
    assert EXAMPLE.logs == (LOG_KEY.verifier,)
    assert [witness.name for witness in EXAMPLE.witnesses] == NAMES
    assert [group.threshold for group in EXAMPLE.groups] == [2, 1, 2]
    assert EXAMPLE.quorum == "X-and-Y"


@pytest.mark.parametrize("present", list(product([False, True], repeat=6)))
def test_the_quorum_of_the_example_holds_exactly_when_it_says(present: tuple[bool, ...]) -> None:
    # given any set of its witnesses
    names = [name for name, there in zip(NAMES, present, strict=True) if there]
    # then the quorum is two of the one organisation and one of the other
    assert EXAMPLE.satisfied_by(set(names)) == (sum(present[:3]) >= 2 and any(present[3:]))


def test_a_checkpoint_stands_as_its_cosignatures_say() -> None:
    # given a checkpoint that three witnesses cosigned, and one whom nobody knows
    stranger = CosignerSigner("stranger.example/w", bytes([9] * 32))
    note = sign_note(NOTE.text, stranger.at(1), existing=cosigned("X1", "X3", "Y2").signatures)
    # when it is checked, as text and as bytes, with the log named and not
    for raw, log in ((note, None), (str(note), LOG_KEY.verifier), (str(note).encode(), None)):
        standing = EXAMPLE.check(raw, log)
        # then
        assert standing.holds
        assert (standing.cosigned, standing.missing) == (("X1", "X3", "Y2"), ("X2", "Y1", "Y3"))
        assert (standing.checkpoint.size, standing.times) == (7, (5, 5, 5))
    # and without the second organisation it does not hold
    assert not EXAMPLE.check(cosigned("X1", "X2", "X3")).holds
    assert EXAMPLE.check(NOTE).missing == tuple(NAMES)


def test_one_false_cosignature_refuses_the_checkpoint() -> None:
    key = SIGNERS["X1"].verifier
    false = Signature(key.name, key.key_id, SIGNERS["X1"].at(5).sign(NOTE.text)[:-1] + b"\0")
    with pytest.raises(InvalidSignature):
        EXAMPLE.check(Note(NOTE.text, (*cosigned("X2", "Y1").signatures, false)))


def test_which_log_it_must_be() -> None:
    none, other = parse_policy("quorum none\n"), parse_policy(f"log {OTHER_KEY.verifier}\nquorum none\n")
    both = parse_policy(f"log {OTHER_KEY.verifier}\nlog {LOG} https://log.example/\nquorum none\n")

    assert none.check(NOTE, LOG_KEY.verifier).holds and both.check(NOTE).holds
    for policy, key in ((none, None), (other, LOG_KEY.verifier)):
        with pytest.raises(LogNotInPolicy):
            policy.check(NOTE, key)
    with pytest.raises(UnverifiedNote):
        other.check(NOTE)
    with pytest.raises(MalformedNote):
        both.check("no note")


def test_blanks_comments_tabs_and_order_do_not_matter() -> None:
    text = f"\n # log x\n\t witness\tA {W} \thttps://a.example/w  \n#\n quorum  A\t\nlog {LOG}\n\t \n"
    policy = parse_policy(text)

    assert policy == Policy(
        "A", (PolicyLog(LOG_KEY.verifier),), (PolicyWitness("A", SIGNERS["X1"].verifier, "https://a.example/w"),)
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", None),
        ("quorum none", None),
        ("quorum none\r\n", None),
        ("quorum none\x00\n", None),
        ("quorum none\x7f\n", None),
        ("quorum none\x0b\n", None),
        (f"witness A {W}\n", None),
        ("quorum none\nquorum none\n", 2),
        ("quorum A\n", 1),
        (f"quorum A\nwitness A {W}\n", 1),
        ("quorum\n", 1),
        ("quorum none none\n", 1),
        ("Quorum none\n", 1),
        ("witnesses 3\nquorum none\n", 1),
        ("log\nquorum none\n", 1),
        (f"log {LOG} a b\nquorum none\n", 1),
        (f"log {W}\nquorum none\n", 1),
        (f"log {LOG[:-1]}\nquorum none\n", 1),
        (f"log {LOG}\nlog {LOG} https://elsewhere.example\nquorum none\n", 2),
        (f"log {LOG}\nlog {SignerKey('renamed.example/log', LOG_KEY.seed).verifier}\nquorum none\n", 2),
        (f"witness A {LOG}\nquorum none\n", 1),
        ("witness A\nquorum none\n", 1),
        (f"witness none {W}\nquorum none\n", 1),
        (f"witness A {W}\nwitness A {V}\nquorum none\n", 2),
        (f"witness A {W}\nwitness B {W}\nquorum none\n", 2),
        (f"witness A {W}\nwitness B {CosignerSigner('renamed.example', bytes(32)).verifier}\nquorum none\n", 2),
        (f"witness A {W}\ngroup A all A\nquorum none\n", 2),
        (f"witness A {W}\ngroup none all A\nquorum none\n", 2),
        (f"witness A {W}\ngroup G all none\nquorum none\n", 2),
        (f"witness A {W}\ngroup G all G\nquorum none\n", 2),
        (f"group G all A\nwitness A {W}\nquorum none\n", 1),
        (f"witness A {W}\ngroup G all A A\nquorum none\n", 2),
        (f"witness A {W}\ngroup G all A\ngroup H all A\nquorum none\n", 3),
        (f"witness A {W}\ngroup G all\nquorum none\n", 2),
        (f"witness A {W}\ngroup G\nquorum none\n", 2),
        (f"witness A {W}\ngroup G 0 A\nquorum none\n", 2),
        (f"witness A {W}\ngroup G 2 A\nquorum none\n", 2),
        (f"witness A {W}\ngroup G 01 A\nquorum none\n", 2),
        (f"witness A {W}\ngroup G +1 A\nquorum none\n", 2),
        (f"witness A {W}\ngroup G \u0661 A\nquorum none\n", 2),
        (f"witness A {W}\ngroup G ALL A\nquorum none\n", 2),
        (f"witness\u00a0A {W}\nquorum none\n", 1),
    ],
)
def test_other_texts_are_no_policy_and_the_line_is_named(text: str, line: int | None) -> None:
    with pytest.raises(MalformedPolicy, match=f"^line {line}: " if line else "^(?!line )"):
        parse_policy(text)


def test_names_are_opaque_octets() -> None:
    # given names that a normalisation, or a lenient decoder, would confuse
    raw = b"witness K %s\nwitness \xe2\x84\xaa %s\nwitness \xff %s\ngroup G all K \xe2\x84\xaa \xff\nquorum G\n" % (
        *(str(SIGNERS[name].verifier).encode() for name in ("X1", "X2", "X3")),
    )
    policy = parse_policy(raw)
    # then they are three, and come out as they went in
    assert len({witness.name for witness in policy.witnesses}) == 3
    assert parse_policy(bytes(policy)) == policy == parse_policy(str(policy))
    assert b"\xff " in bytes(policy)


words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs"]), min_size=1, max_size=8).filter(
    lambda word: word != "none"
)


@given(st.data())
def test_policies_are_an_inverse_pair(data: st.DataObject) -> None:
    names = data.draw(st.lists(words, max_size=8, unique=True))
    witnesses = tuple(
        PolicyWitness(name, list(SIGNERS.values())[number].verifier, data.draw(st.just("") | words))
        for number, name in enumerate(names[:6])
    )
    groups, free = [], [witness.name for witness in witnesses]
    for name in names[6:]:
        members = tuple(data.draw(st.lists(st.sampled_from(free), min_size=1, unique=True))) if free else ()
        if members:
            groups.append(PolicyGroup(name, data.draw(st.integers(1, len(members))), members))
            free = [*(one for one in free if one not in members), name]
    quorum = data.draw(st.sampled_from(["none", *(one.name for one in (*witnesses, *groups))]))
    logs = (PolicyLog(LOG_KEY.verifier, data.draw(st.just("") | words)),) if data.draw(st.booleans()) else ()
    policy = Policy(quorum, logs, witnesses, tuple(groups))

    assert parse_policy(str(policy)) == parse_policy(bytes(policy)) == policy


@given(st.binary(max_size=200) | st.text(max_size=80).map(lambda text: f"witness {text}\nquorum none\n".encode()))
def test_whatever_is_read_is_a_policy_or_a_named_refusal(raw: bytes) -> None:
    try:
        policy = parse_policy(raw)
    except TlogError as refusal:
        assert isinstance(refusal, MalformedPolicy)
    else:
        assert parse_policy(bytes(policy)) == policy


def test_parts_that_no_file_can_state_are_refused() -> None:
    key = SIGNERS["X1"].verifier
    for build in (
        lambda: Policy(witnesses=(PolicyWitness("a b", key),)),
        lambda: Policy(witnesses=(PolicyWitness("", key),)),
        lambda: Policy(witnesses=(PolicyWitness("a\nquorum", key),)),
        lambda: Policy(witnesses=(PolicyWitness("a", key, "http://a/ b"),)),
        lambda: Policy(log_lines=(PolicyLog(LOG_KEY.verifier, "a\tb"),)),
        lambda: Policy(quorum=""),
    ):
        with pytest.raises(MalformedPolicy):
            build()


def test_the_recommended_32_of_each_fit() -> None:
    keys = [CosignerSigner(f"w.example/{number}", bytes([number] * 32)).verifier for number in range(1, 33)]
    logs = [SignerKey(f"log.example/{number}", bytes([number] * 32)).verifier for number in range(1, 33)]
    lines = [f"log {key}" for key in logs] + [f"witness w{number} {key}" for number, key in enumerate(keys)]
    lines += ["group g0 1 w0", *(f"group g{number} any g{number - 1} w{number}" for number in range(1, 32))]
    policy = parse_policy("".join(f"{line}\n" for line in [*lines, "quorum g31"]))

    assert policy.satisfied_by({"w0"}) and not policy.satisfied_by(set())
