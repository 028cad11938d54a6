"""What ``portal audit verify`` prints: figures and keys to compare, and a line for each name of a failure."""

import json
import secrets

from click.testing import CliRunner

from portal.audit.verify import Failure, Verdict
from portal.cli.audit import report, verify_command
from tests.audit.ballot_log import A, B, collected_by, comment, minted
from tests.audit.support import judged, relogged


def written(folder, files):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return str(folder)


def test_it_shows_the_figures_and_every_issuers_keys(ballots) -> None:
    text = report(judged(ballots.files, ballots.log.vkey))
    assert "6 people x 3 = 18 at most; 9 collected, 3 on cards; 6 spent, 1 of them made of cards" in text
    for one in ballots.pair:
        assert str(one.identity.verifier) in text
    assert text.endswith("Everything that was checked holds.")


def test_while_a_list_is_missing_it_says_so(ballots) -> None:
    open_lists = relogged(ballots.files, ballots.log, lambda entries: entries[:-7])
    text = report(judged(open_lists, ballots.log.vkey))
    assert "lists still open; 0 spent" in text


def test_a_thousand_failures_of_one_name_are_one_line(ballots) -> None:
    forged = [comment(collected_by(minted(None, None))) for _ in range(7)]
    verdict = judged(relogged(ballots.files, ballots.log, lambda entries: [*entries, *forged]), ballots.log.vkey)
    (line,) = [line for line in report(verdict).splitlines() if line.startswith("FAILED")]
    first = verdict.size - 7
    places = ", ".join(f"leaf {first + nth}" for nth in range(5))
    assert line == f"FAILED   ballot-forged ({places} and 2 more)"
    assert report(verdict).endswith("7 failures.")


def test_a_failure_without_a_place_has_no_brackets() -> None:
    assert "FAILED   unverified-note\n" in report(Verdict(failures=[Failure("unverified-note")]))


def test_the_command_prints_all_as_json_and_fails(ballots, tmp_path) -> None:
    two = [comment(collected_by(minted(ballots.signers[name], None))) for name in (A, B)]
    changed = relogged(ballots.files, ballots.log, lambda entries: [*entries, *two])
    folder = written(tmp_path / secrets.token_hex(4), changed)
    answer = CliRunner().invoke(verify_command, [folder, "--key", ballots.log.vkey, "--json"])
    assert answer.exit_code == 1
    document = json.loads(answer.stdout)
    assert {item["name"] for item in document["failures"]} == {"ballot-of-one-issuer", "ballot-forged"}
    assert [one["issuer"] for one in document["ballots"][0]["issuers"]] == [A, B]


def test_the_command_is_content_with_an_honest_log(ballots, tmp_path) -> None:
    folder = written(tmp_path / "bundle", ballots.files)
    answer = CliRunner().invoke(verify_command, [folder, "--key", ballots.log.vkey])
    assert answer.exit_code == 0, answer.output
    assert "compare with paper" in answer.output
