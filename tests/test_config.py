"""Settings: a missing or demonstration secret stops the start with a sentence that says what to do."""

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.cli.init import init, make_secrets
from portal.config import DEMO_MARK, ConfigError, load_settings

PRODUCTION = {
    "PORTAL_LOG_ORIGIN": "gop-y.example.org/log",
    "PORTAL_PUBLIC_ORIGINS": "https://gop-y.example.org",
    "PORTAL_STAFF_ORIGINS": "https://noi-bo.example.org",
}


def env(folder: Path, **over: str) -> dict[str, str]:
    return {"PORTAL_INSTANCE": str(folder), **PRODUCTION, **over}


def test_production_without_secrets_says_what_to_run(tmp_path) -> None:
    with pytest.raises(ConfigError, match="portal init"):
        load_settings(env(tmp_path))


def test_init_makes_secrets_that_only_the_owner_reads_and_never_overwrites(tmp_path, monkeypatch) -> None:
    # given a new instance
    monkeypatch.setenv("PORTAL_INSTANCE", str(tmp_path / "new"))
    first = CliRunner().invoke(init)
    kept = {path.name: path.read_text() for path in (tmp_path / "new" / "secrets").iterdir()}
    # when it runs again
    second = CliRunner().invoke(init)
    # then nothing changed, and nobody else can read it
    assert first.exit_code == second.exit_code == 0 and "nothing was changed" in second.output
    assert kept == {path.name: path.read_text() for path in (tmp_path / "new" / "secrets").iterdir()}
    for path in (tmp_path / "new" / "secrets").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text().strip() not in first.output
    assert load_settings(env(tmp_path / "new")).secret.log_key


def test_demo_secrets_are_refused_in_production(tmp_path) -> None:
    make_secrets(tmp_path)
    (tmp_path / "secrets" / DEMO_MARK).touch()
    for name in ("production", "test"):
        with pytest.raises(ConfigError, match="portal demo"):
            load_settings(env(tmp_path, PORTAL_ENV=name))
    assert load_settings(env(tmp_path, PORTAL_ENV="demo")).demo


def test_readable_secrets_are_refused(tmp_path) -> None:
    make_secrets(tmp_path)
    (tmp_path / "secrets" / "log_key").chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        load_settings(env(tmp_path))


@pytest.mark.parametrize("name", sorted(PRODUCTION))
def test_production_needs_its_addresses(tmp_path, name) -> None:
    make_secrets(tmp_path)
    given = env(tmp_path)
    del given[name]
    with pytest.raises(ConfigError, match=name):
        load_settings(given)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_TOTP", "optional"),
        ("PORTAL_ENV", "staging"),
        ("PORTAL_LOG_ORIGIN", "https://gop-y.example.org"),
        ("PORTAL_LOG_ORIGIN", "gop-y.example.org/promise"),
        ("PORTAL_MIX_MINIMUM", "many"),
        ("PORTAL_FORBID_ROLE_PAIRS", "maybe"),
        ("PORTAL_LOG_KEY", "00" * 32),
        ("PORTAL_LOG_KEY", "xyz"),
        ("PORTAL_INSTANCE_KEY", "ab" * 16),
    ],
)
def test_wrong_values_are_refused_by_name(tmp_path, name, value) -> None:
    make_secrets(tmp_path)
    with pytest.raises(ConfigError, match="(?i)" + name.removeprefix("PORTAL_")):
        load_settings(env(tmp_path, **{name: value}))


def test_unknown_setting_in_the_file_is_refused(tmp_path) -> None:
    make_secrets(tmp_path)
    (tmp_path / "portal.toml").write_text('threshold = "3"\n')
    with pytest.raises(ConfigError, match="threshold"):
        load_settings(env(tmp_path))


def test_a_public_process_needs_the_log_key_only(tmp_path) -> None:
    make_secrets(tmp_path)
    for path in (tmp_path / "secrets").iterdir():
        if path.name != "log_key":
            path.unlink()
    settings = load_settings(env(tmp_path, PORTAL_APP="public"))
    assert settings.secret.log_key and not settings.secret.instance_key


def test_representation_shows_no_secret(tmp_path) -> None:
    make_secrets(tmp_path)
    settings = load_settings(env(tmp_path))
    assert settings.secret.log_key.hex() not in repr(settings) and repr(settings.secret) == "Secrets()"
