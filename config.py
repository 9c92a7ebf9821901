"""Typed settings: read from the environment, then from `.env`, checked before anything starts."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from click import ClickException
from dotenv import dotenv_values
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

VERSION = "0.3.0"
ROOT = Path(__file__).resolve().parent
SHORTEST_KEY = 20

# Keys that stand in manuals and samples: whoever reads those can forge a session.
KNOWN_KEYS = frozenset(
    {
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
        '_5#y2l"f4q8z\\n\\xec]/',
        "change_me_to_a_complex_random_secret",
        "changeme",
        "changeme-changeme-changeme",
        "dev",
        "secret",
        "temporary_key",
        "test_non_dev_secret",
        "thisisasecret_1234",
        "your_own_random_generated_secret_key",
    }
)
# Flask-AppBuilder's sample key; shells and files change the control characters around it.
SAMPLE_KEY_WORD = "thisismyscretkey"


class SettingsError(ClickException):
    """A setting that cannot be used; the text is one line for the person who starts the product.

    A ClickException, so that every command shows the line alone, without a traceback.
    """


@dataclass(frozen=True)
class Settings:
    """Everything the product takes from outside; the names of the variables are in `load`."""

    secret_key: str
    database_url: str
    root: Path = ROOT
    var: Path = ROOT / "var"
    #: keys that still open old sessions while a new one is being introduced
    secret_key_fallbacks: tuple[str, ...] = ()
    #: after so long everybody signs in again
    session_hours: int = 8
    #: without a request for so long a session ends
    idle_minutes: int = 30
    #: host names the server answers to; empty: any
    trusted_hosts: tuple[str, ...] = ()
    #: reverse proxies whose X-Forwarded-* headers count
    proxy_hops: int = 0
    max_upload_mb: int = 16
    timezone: str = "Asia/Shanghai"
    #: plain http beyond this machine, asked for explicitly
    insecure_http: bool = False
    #: threads in the web process that work off the job table
    job_threads: int = 2

    @property
    def attachments(self) -> Path:
        """The folder of uploaded files."""
        return self.var / "attachments"

    @property
    def session_cookie(self) -> str:
        """`__Host-` ties the cookie to this host; browsers drop it over http beyond loopback."""
        return "kehu_sid" if self.insecure_http else "__Host-sid"

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ, root: Path = ROOT) -> Settings:
        """Settings from `environ`, then from `root/.env`; SettingsError on the first bad value."""
        source = _Source(environ, root / ".env")
        var = (root / source.text("KEHU_VAR", "var")).resolve()
        _make_folder(var)
        return cls(
            secret_key=_secret_key(source, var),
            secret_key_fallbacks=tuple(
                _checked_key("SECRET_KEY_FALLBACKS", key)
                for key in source.words("SECRET_KEY_FALLBACKS")
            ),
            database_url=_database_url(source.text("DATABASE_URL", ""), root, var),
            root=root,
            var=var,
            session_hours=source.whole("KEHU_SESSION_HOURS", 8, 1, 168),
            idle_minutes=source.whole("KEHU_IDLE_MINUTES", 30, 1, 1440),
            trusted_hosts=source.words("KEHU_TRUSTED_HOSTS"),
            proxy_hops=source.whole("KEHU_PROXY_HOPS", 0, 0, 5),
            max_upload_mb=source.whole("KEHU_MAX_UPLOAD_MB", 16, 1, 1024),
            timezone=_timezone(source.text("KEHU_TIMEZONE", "Asia/Shanghai")),
            insecure_http=source.flag("KEHU_INSECURE_HTTP"),
            job_threads=source.whole("KEHU_JOB_THREADS", 2, 0, 32),
        )


class _Source:
    """The environment with `.env` behind it; an empty value counts as not set."""

    def __init__(self, environ: Mapping[str, str], env_file: Path) -> None:
        try:
            self._values = {**dotenv_values(env_file), **environ} if env_file.is_file() else environ
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"The settings file {env_file} cannot be read: {error}") from error

    def raw(self, name: str) -> str | None:
        return self._values.get(name)

    def text(self, name: str, default: str) -> str:
        return (self.raw(name) or "").strip() or default

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in self.text(name, "").split(",") if word.strip())

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        text = self.text(name, str(default))
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise SettingsError(
                f"{name} must be a whole number from {low} to {high}, not {text!r}."
            )
        return value

    def flag(self, name: str) -> bool:
        text = self.text(name, "no").lower()
        if text in {"1", "true", "yes", "on"}:
            return True
        if text in {"0", "false", "no", "off"}:
            return False
        raise SettingsError(f"{name} must be yes or no, not {text!r}.")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The data folder {folder} cannot be made: {error.strerror}."
        ) from error


def _secret_key(source: _Source, var: Path) -> str:
    key = source.raw("SECRET_KEY")
    if key is not None:
        return _checked_key("SECRET_KEY", key)
    path = var / "secret_key"
    try:
        if not path.exists():
            _write_new_key(path)
        return _checked_key(str(path), path.read_text(encoding="utf-8").strip())
    except OSError as error:
        raise SettingsError(
            f"The secret key {path} cannot be read or written: {error.strerror}."
        ) from error


def _write_new_key(path: Path) -> None:
    """Written aside and linked into place: two processes that start together agree on one key."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)


def _checked_key(name: str, key: str) -> str:
    if key.lower() in KNOWN_KEYS or SAMPLE_KEY_WORD in key:
        raise SettingsError(
            f"{name} is a key from a manual, known to everybody: remove it and a good one is made."
        )
    # Few different characters: "aaaaaaaaaaaaaaaaaaaa" is long but no secret.
    if len(key) < SHORTEST_KEY or len(set(key)) < SHORTEST_KEY // 2:
        raise SettingsError(
            f"{name} is too short or too simple: at least {SHORTEST_KEY} characters, "
            "or remove it and a good one is made."
        )
    return key


def _database_url(text: str, root: Path, var: Path) -> str:
    if not text:
        return f"sqlite:///{var / 'kehu.db'}"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise SettingsError(
            "DATABASE_URL cannot be read: write postgresql://user:password@host/database."
        ) from error
    if url.drivername == "sqlite":
        return _sqlite_url(url, root)
    if url.drivername in {"postgresql", "postgresql+psycopg"}:
        if not url.database:
            raise SettingsError(
                "DATABASE_URL names no database: write postgresql://user:password@host/database."
            )
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    raise SettingsError(
        f"DATABASE_URL starts with {url.drivername}://: only postgresql:// and sqlite:/// work."
    )


def _sqlite_url(url: URL, root: Path) -> str:
    if url.database in {None, "", ":memory:"} or url.query:
        raise SettingsError("DATABASE_URL must name a SQLite file: sqlite:////folder/kehu.db.")
    return f"sqlite:///{(root / str(url.database)).resolve()}"


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(
            f"KEHU_TIMEZONE {name!r} is unknown: write a name like Asia/Shanghai."
        ) from error
    return name
