"""What the committee's settings mean, and the sentence that stops a start with a wrong one."""

from datetime import date

import pytest

from portal.config import ConfigError, load_settings


def load(tmp_path, **given):
    env = {f"PORTAL_{name.upper()}": value for name, value in given.items()}
    return load_settings({"PORTAL_ENV": "test", "PORTAL_INSTANCE": str(tmp_path), **env}, need_secrets=False)


def test_days_off_and_the_chain_are_lists(tmp_path) -> None:
    found = load(tmp_path, holidays="2027-02-05, 2027-02-08", escalate_to="a@example.org,b@example.org")
    assert found.days_off == {date(2027, 2, 5), date(2027, 2, 8)}
    assert found.escalate_to == ("a@example.org", "b@example.org")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"holidays": "05/02/2027"}, "PORTAL_HOLIDAYS"),
        ({"holidays": "2027-02-30"}, "PORTAL_HOLIDAYS"),
        ({"holidays": "20270205"}, "PORTAL_HOLIDAYS"),
        ({"escalate_days": "0"}, "PORTAL_ESCALATE_DAYS"),
        ({"smtp_security": "maybe"}, "PORTAL_SMTP_SECURITY"),
        ({"smtp_host": "mail.example.org"}, "PORTAL_SMTP_FROM"),
        ({"smtp_host": "mail.example.org", "smtp_from": "a@example.org"}, "PORTAL_STAFF_ORIGINS"),
    ],
)
def test_a_wrong_one_stops_the_start(tmp_path, given, said) -> None:
    with pytest.raises(ConfigError, match=said):
        load(tmp_path, **given)


def test_the_mail_servers_password_is_in_no_traceback(tmp_path) -> None:
    assert "hush" not in repr(load(tmp_path, smtp_password="hush"))
