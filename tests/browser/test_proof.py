"""Proof files and receipts against witnesses, in a browser that verifies both kinds of cosignature for real."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Portal
from tests.tlog.support import vectors

pytestmark = pytest.mark.browser

GIVEN = vectors("witness-python")
CODE = "0000-0000-0000-0000-00"


def words(page: Page, name: str) -> str:
    """The page's own words under that attribute, up to their first value."""
    return (page.locator(f"[data-{name}]").get_attribute(f"data-{name}") or "-").partition("{")[0]


def fill(page: Page, **changed: str) -> None:
    fields = {"proof": GIVEN["proof"], "leaf": GIVEN["leaf"], "vkey": GIVEN["log"], "policy": GIVEN["policy"]}
    page.locator("#policy-details").evaluate("node => { node.open = true; }")
    for name, text in {**fields, **changed}.items():
        page.fill(f"#{name}", text)


def check(page: Page) -> None:
    page.click("#check-button")
    expect(page.locator("#check-button")).to_be_enabled()


def tampered(text: str, line: int) -> str:
    """The proof with one bit of that line's signature changed, counted from the end."""
    lines = text.rstrip("\n").split("\n")
    head, _, encoded = lines[line].rpartition(" ")
    raw = bytearray(base64.b64decode(encoded))
    raw[-1] ^= 1
    lines[line] = f"{head} {base64.b64encode(raw).decode()}"
    return "\n".join(lines) + "\n"


def test_a_proof_is_checked_with_nothing_sent(portal: Portal, visit: Callable) -> None:
    # given the page, open, and then no network
    watched = visit()
    watched.page.goto(f"{portal.url}/proof")
    watched.page.wait_for_load_state("networkidle")
    watched.page.context.set_offline(True)
    asked = len(watched.sent)
    # when a proof is brought with its policy; then Ed25519 and ML-DSA-44 hold
    fill(watched.page)
    check(watched.page)
    expect(watched.page.locator("#verdict-title")).to_have_text(words(watched.page, "proven-title"))
    expect(watched.page.locator("#witness-title")).to_contain_text("2")
    assert watched.page.locator("#witness-box").get_attribute("class") == "success"
    assert watched.page.locator("#witness-list dt").all_inner_texts() == ["ed", "pq"]
    assert len(watched.sent) == asked


@pytest.mark.parametrize("line", [-2, -1], ids=["Ed25519", "ML-DSA-44"])
def test_a_false_cosignature_is_told(portal: Portal, visit: Callable, line: int) -> None:
    page = visit(375).page
    page.goto(f"{portal.url}/en/proof")
    fill(page, proof=tampered(GIVEN["proof"], line))
    check(page)
    expect(page.locator("#witness-title")).to_have_text("A cosignature is false")
    assert page.locator("#witness-box").get_attribute("class") == "error-summary"


def test_what_is_wrong_with_a_proof_is_told(portal: Portal, visit: Callable) -> None:
    page = visit().page
    page.goto(f"{portal.url}/en/proof")
    for changed, title in (
        ({"proof": "words"}, "file"),
        ({"leaf": ""}, "leaf"),
        ({"leaf": GIVEN["leaf"].replace("thu", "khác")}, "path"),
        ({"proof": tampered(GIVEN["proof"], -3)}, "signature"),
        ({"vkey": "words"}, "key"),
    ):
        fill(page, **changed)
        check(page)
        expect(page.locator("#verdict-title")).to_have_text(words(page, f"{title}-title"))
        expect(page.locator("#witness-verdict")).to_be_hidden()
    fill(page, policy="words")
    check(page)
    expect(page.locator("#policy-error")).to_contain_text(words(page, "policy-line"))


def test_files_find_their_fields(portal: Portal, visit: Callable) -> None:
    page = visit().page
    page.goto(f"{portal.url}/proof")
    texts = [GIVEN["proof"], GIVEN["leaf"], GIVEN["policy"], GIVEN["log"]]
    page.evaluate(
        """texts => {
            const data = new DataTransfer();
            for (const text of texts) data.items.add(new File([text], "file"));
            document.dispatchEvent(new DragEvent("drop", {dataTransfer: data, cancelable: true}));
        }""",
        texts,
    )
    expect(page.locator("#dropped")).to_have_text(words(page, "taken"))
    assert [page.input_value(f"#{name}") for name in ("proof", "leaf", "policy", "vkey")] == texts


def answer(**changed: Any) -> Callable[[Route], None]:
    """The portal's answer to a receipt, about the log of the vectors."""
    index = int(GIVEN["proof"].split("index ")[1].split("\n")[0])
    document = {"state": "sequenced", "promise": "", "leaf": GIVEN["leaf"], "index": index, "proof": GIVEN["proof"]}
    body = json.dumps({**document, "log_vkey": GIVEN["log"], **changed})
    return lambda route: route.fulfill(body=body, content_type="application/json")


def look_up(page: Page, policy: str) -> None:
    page.locator("#receipt-form").evaluate("(node, key) => { node.dataset.logVkey = key; }", GIVEN["log"])
    page.fill("#code", CODE)
    page.locator("#policy-details").evaluate("node => { node.open = true; }")
    page.fill("#policy", policy)
    check(page)


def test_a_receipt_is_checked_against_witnesses_and_its_proof_stands_alone(portal: Portal, visit: Callable) -> None:
    # given a receipt whose proof two witnesses cosigned
    page = visit().page
    page.route("**/receipt/lookup", answer())
    page.goto(f"{portal.url}/en/receipt")
    look_up(page, GIVEN["policy"])
    expect(page.locator("#verdict-title")).to_have_text(words(page, "sequenced-title"))
    expect(page.locator("#witness-title")).to_have_text("Witnessed by 2 of 2: the quorum holds")
    expect(page.locator("#witness-source")).to_have_text(words(page, "source-brought"))
    # when its proof is taken along; then that file alone is enough for the other page
    with page.expect_download() as waiting:
        page.click("#download")
    page.goto(f"{portal.url}/en/proof")
    page.set_input_files("#proof-file", waiting.value.path())
    expect(page.locator("#proof")).not_to_have_value("")
    page.fill("#vkey", GIVEN["log"])
    check(page)
    expect(page.locator("#verdict-title")).to_have_text(words(page, "proven-title"))
    # and without a policy of one's own the portal's is used, which is about its own log, or names nobody
    served = page.locator("#policy").get_attribute("data-policy-url")
    title = "witness-other-log-title" if served else "witness-absent-title"
    expect(page.locator("#witness-title")).to_have_text(words(page, title))


def test_a_receipt_with_a_false_or_a_missing_cosignature(portal: Portal, visit: Callable) -> None:
    page = visit().page
    page.route("**/receipt/lookup", answer(proof=tampered(GIVEN["proof"], -1)))
    page.goto(f"{portal.url}/en/receipt")
    look_up(page, GIVEN["policy"])
    expect(page.locator("#witness-title")).to_have_text("A cosignature is false")
    page.unroute("**/receipt/lookup")
    page.route("**/receipt/lookup", answer(proof=GIVEN["proof"].rstrip("\n").rpartition("\n")[0] + "\n"))
    look_up(page, GIVEN["policy"])
    expect(page.locator("#witness-title")).to_have_text("Witnessed by 1 of 2: the quorum does not hold")
    look_up(page, "no policy")
    expect(page.locator("#policy-error")).to_be_visible()
