"""Which passwords are good enough: long, and none that a guessing list starts with.

No rules about capitals or digits: they make people write `Password1!` (OWASP ASVS 5.0, 6.2).
"""

import unicodedata
from functools import cache
from pathlib import Path

from app.rules.errors import InvalidInput

SHORTEST = 12
LONGEST = 128
#: Digits and signs that people hang onto a word to make it long enough.
_TRIMMINGS = "0123456789!@#$%^&*()-_=+.,?~ "
_LOOKALIKES = str.maketrans({"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "@": "a", "$": "s"})
_FEWEST_CHARACTERS = 5
_SHORTEST_RUN = 6
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "01234567890123456789")


def normalize_password(password: str) -> str:
    """The form that is hashed: the same keys give the same password on every keyboard."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *, names: tuple[str, ...] = ()) -> str:
    """The normalised password; InvalidInput says what is wrong with it.

    `names`: words an attacker tries first for this account, such as its user name.
    """
    password = normalize_password(password)
    if len(password) < SHORTEST:
        raise InvalidInput("Use at least %(count)s characters.", count=SHORTEST)
    if len(password) > LONGEST:
        raise InvalidInput("Use at most %(count)s characters.", count=LONGEST)
    plain = password.casefold()
    if any(len(name) > 1 + name.isascii() and name.casefold() in plain for name in names):
        raise InvalidInput("The password must not contain your user name or the company's name.")
    if len(set(plain)) < _FEWEST_CHARACTERS or _is_run(plain) or _is_common(plain):
        raise InvalidInput("This password is among the first to be guessed; choose another one.")
    return password


def _is_common(plain: str) -> bool:
    forms = {plain, plain.translate(_LOOKALIKES)}
    forms |= {form.strip(_TRIMMINGS) for form in forms} | {plain.strip(_TRIMMINGS)}
    return any(form in _common() or _half(form) in _common() for form in forms)


def _half(text: str) -> str:
    """`passwordpassword` is no longer than `password` to somebody who guesses."""
    middle = len(text) // 2
    return text[:middle] if text[:middle] == text[middle:] else text


def _is_run(plain: str) -> bool:
    """Neighbours on the keyboard or in the alphabet, forwards or backwards."""
    parts = [part for part in (plain, plain.strip(_TRIMMINGS)) if len(part) >= _SHORTEST_RUN]
    return any(part in row * 2 or part in row[::-1] * 2 for part in parts for row in _ROWS)


@cache
def _common() -> frozenset[str]:
    text = Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.split() if line)
