"""Settings come from the environment, then `.env`; a bad one is refused in one line."""

import os
import re
import stat
from pathlib import Path

import pytest

from config import Settings, SettingsError

GOOD_KEY = "a-key-of-our-own-0123456789"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


def load(root: Path, **values: str) -> Settings:
    return Settings.load({"SECRET_KEY": GOOD_KEY, **values}, root)


def test_the_defaults_need_no_setting_at_all(root: Path) -> None:
    settings = Settings.load({}, root)
    assert settings.database_url == f"sqlite:///{root / 'var' / 'kehu.db'}"
    assert settings.attachments == root / "var" / "attachments"
    assert (settings.session_hours, settings.idle_minutes) == (8, 30)
    assert not settings.insecure_http


def test_the_first_start_makes_a_key_that_only_its_owner_can_read(root: Path) -> None:
    first = Settings.load({}, root).secret_key
    mode = stat.S_IMODE((root / "var" / "secret_key").stat().st_mode)
    assert len(first) >= 64
    assert mode == 0o600 or os.name == "nt"
    assert Settings.load({}, root).secret_key == first


@pytest.mark.parametrize(
    "key",
    [
        "",
        "changeme",
        "ChangeMe",
        "dev",
        "nineteen-characters",
        "a" * 40,
        r"\2\1thisismyscretkey\1\2\e\y\y\h",
        "\2\1thisismyscretkey\1\2\\e\\y\\y\\h",
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
    ],
)
def test_a_known_or_short_key_is_refused(root: Path, key: str) -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        Settings.load({"SECRET_KEY": key}, root)


def test_a_known_key_is_refused_among_the_fallbacks_too(root: Path) -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY_FALLBACKS"):
        load(root, SECRET_KEY_FALLBACKS=f"{GOOD_KEY}-old,changeme")


def test_a_key_file_that_was_emptied_is_refused(root: Path) -> None:
    Settings.load({}, root)
    (root / "var" / "secret_key").write_text("")
    with pytest.raises(SettingsError, match="secret_key is too short"):
        Settings.load({}, root)


def test_the_environment_comes_before_the_file(root: Path) -> None:
    (root / ".env").write_text("KEHU_SESSION_HOURS=3\nKEHU_IDLE_MINUTES=7\n")
    settings = load(root, KEHU_SESSION_HOURS="5")
    assert (settings.session_hours, settings.idle_minutes) == (5, 7)


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("postgresql://u:p@h/kehu", "postgresql+psycopg://u:p@h/kehu"),
        ("postgresql+psycopg://h:5433/kehu", "postgresql+psycopg://h:5433/kehu"),
        ("sqlite:////data/kehu.db", "sqlite:////data/kehu.db"),
        ("sqlite:///other.db", "sqlite:///{root}/other.db"),
    ],
)
def test_a_database_is_sqlite_or_postgresql(root: Path, url: str, read: str) -> None:
    assert load(root, DATABASE_URL=url).database_url == read.format(root=root)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:p@h/kehu",
        "postgres://u:p@h/kehu",
        "postgresql+asyncpg://u:p@h/kehu",
        "postgresql://u:p@h",
        "sqlite://",
        "sqlite:///:memory:",
        "kehu.db",
        "postgresql://h:port/kehu",
    ],
)
def test_any_other_database_is_refused_without_showing_a_password(root: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL") as refused:
        load(root, DATABASE_URL=url)
    assert "u:p" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KEHU_SESSION_HOURS", "eight"),
        ("KEHU_SESSION_HOURS", "0"),
        ("KEHU_IDLE_MINUTES", "-1"),
        ("KEHU_PROXY_HOPS", "99"),
        ("KEHU_MAX_UPLOAD_MB", "1.5"),
        ("KEHU_INSECURE_HTTP", "perhaps"),
        ("KEHU_TIMEZONE", "Mars/Olympus"),
        ("KEHU_TIMEZONE", "../../etc/passwd"),
        ("KEHU_JOB_THREADS", "many"),
    ],
)
def test_a_bad_value_names_its_setting(root: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(name)) as refused:
        load(root, **{name: value})
    assert "\n" not in str(refused.value)


def test_names_of_hosts_are_separated_by_commas(root: Path) -> None:
    settings = load(root, KEHU_TRUSTED_HOSTS="crm.example.com, kehu.example.com,")
    assert settings.trusted_hosts == ("crm.example.com", "kehu.example.com")


def test_only_insecure_http_gives_up_the_host_cookie(root: Path) -> None:
    assert load(root).session_cookie == "__Host-sid"
    assert load(root, KEHU_INSECURE_HTTP="yes").session_cookie == "kehu_sid"


def test_a_data_folder_that_cannot_be_made_is_refused(root: Path) -> None:
    (root / "file").write_text("in the way")
    with pytest.raises(SettingsError, match="data folder"):
        load(root, KEHU_VAR="file/var")
