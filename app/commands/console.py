"""What commands say to the person at the terminal, in Chinese where the terminal is Chinese."""

import locale
import os

import click

_language = os.environ.get("LC_ALL") or os.environ.get("LANG") or locale.getlocale()[0] or ""
CHINESE = _language.lower().startswith(("zh", "chinese"))


def words(english: str, chinese: str) -> str:
    """The text in the language of the terminal."""
    return chinese if CHINESE else english


def say(english: str, chinese: str) -> None:
    """One line of progress, shown at once."""
    click.echo(words(english, chinese))


def failure(english: str, chinese: str) -> click.ClickException:
    """To be raised: the command ends with this one line and a status other than zero."""
    return click.ClickException(words(english, chinese))
