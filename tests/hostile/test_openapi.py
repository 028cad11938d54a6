"""docs/openapi.yaml is the public app, and the app is as it says, whatever is asked (schemathesis)."""

from __future__ import annotations

import os
import re
from pathlib import Path

import hypothesis
import pytest
import schemathesis
import yaml
from flask import Flask
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support import ORIGIN, Office

HEAD = {"Origin": ORIGIN, "Accept-Encoding": "identity"}
DOCUMENT = yaml.safe_load((Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml").read_text("utf-8"))
EXAMPLES = int(os.environ.get("PORTAL_EXAMPLES", "10"))
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]
OPERATIONS = sorted(
    (path, method) for path, item in DOCUMENT["paths"].items() for method in item if method != "parameters"
)


def test_it_names_every_address_of_the_public_app_and_no_other(public_app: Flask) -> None:
    def plain(rule: str) -> str:
        return re.sub(r"<(?:[a-z]+(?:\([^)]*\))?:)?([a-z]+)>", r"{\1}", rule)

    found = {
        (plain(rule.rule), method.lower())
        for rule in public_app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith(("/en/", "/static/"))
    }
    assert set(OPERATIONS) == found


@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=str)
def test_every_answer_is_as_described(public_app: Flask, office: Office, path: str, method: str) -> None:
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    schema.app = public_app
    statuses = set()

    @hypothesis.given(case=schema[path][method.upper()].as_strategy())
    @hypothesis.settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate],
    )  # fmt: skip
    def ask(case: schemathesis.Case) -> None:
        if "cid" in case.path_parameters and len(statuses) % 2 == 0:
            case.path_parameters["cid"] = office.consultation
        answer = case.call(headers=HEAD)
        statuses.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    ask()
    assert statuses


def test_a_wrong_answer_would_be_found(public_app: Flask, office: Office) -> None:
    """The canary: the same checks against a description that is not true."""
    wrong = yaml.safe_load(yaml.safe_dump(DOCUMENT))
    wrong["paths"]["/log/vkey"]["get"]["responses"] = {"200": {"description": "", "content": {"image/png": {}}}}
    schema = schemathesis.openapi.from_dict(wrong)
    schema.app = public_app
    case = schema["/log/vkey"]["GET"].Case()
    with pytest.raises(BaseExceptionGroup, match="Undocumented Content-Type"):
        case.validate_response(case.call(), checks=CHECKS)
