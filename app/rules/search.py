"""What a text is found by: its tokens in the index, the query a typed word stands for, closeness.

A token is the code of a column, a letter for its sort and what it holds, so that one index serves
all columns and a query says which of them it reads. AllOf of them are letters and digits alone.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate

from app.rules.identity import legal_form, phone_key

#: one reading or more of each character, the usual one first; none of what is not Chinese
Readings = Sequence[Sequence[str]]
#: readings of a text
Speaker = Callable[[str], Readings]

#: characters of a long text that are searched, and letters of a word
LONGEST_TEXT, LONGEST_WORD = 2000, 24
#: letters of full pinyin and of initials that one token holds
_PINYIN, _INITIALS = 12, 6
#: words of fewer letters must be typed without a mistake
FORGIVEN_FROM = 5
#: digits that a number is cut into
_DIGITS = 4

#: first letters of a name that are tokens of their own: 深圳市 begins the names of half a city
_BEGUN = 3

_GRAM, _WORD, _NUMBER, _FULL, _FIRST, _SLIP, _WHOLE, _BEGINS = "gwdpiexb"
_HAN = (
    "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(rf"(?P<han>[{_HAN}]+)|[^\W_{_HAN}]+")
_BEFORE_NUMBER = re.compile(r"^.*\D")
_PHONE_TYPED = re.compile(r"[\d+().-]+", re.ASCII)


class Kind(Enum):
    """How a column is searched."""

    #: what stands for the row: by every way there is, slips of the finger included
    NAME = "name"
    #: short ones: other names, codes, addresses
    WORDS = "words"
    #: long ones, by what is written alone
    TEXT = "text"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Token:
    """Rows with this token, or with one that begins so."""

    text: str
    is_start: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    parts: tuple["Query", ...]


Query = Token | AllOf | OneOf


def normalized(text: str) -> str:
    """Width, case and accents do not count."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold()
    parted = unicodedata.normalize("NFD", folded)
    if parted == folded:
        return folded
    bare = "".join(c for c in parted if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", bare)


def is_han(character: str) -> bool:
    """Is it written without blanks between words, so that any two in a row may be a word?"""
    match = _RUN.match(character)
    return match is not None and match["han"] is not None


# what is kept -------------------------------------------------------------------
def tokens(code: str, kind: Kind, text: str, speaker: Speaker) -> list[str]:
    """What `text` in the column `code` is found by."""
    if kind is Kind.PHONE:
        return [f"{code}{_NUMBER}{part}" for part in _numbers(phone_key(text) or "")]
    # Put together once: a name alone has some thirty tokens, and imports make millions.
    gram, word = code + _GRAM, code + _WORD
    found = []
    folded = normalized(text)[:LONGEST_TEXT]
    runs = list(_RUN.finditer(folded))
    if kind is Kind.NAME and runs:
        whole = _bare(runs)
        found.append(f"{code}{_WHOLE}{whole}")
        found += [f"{code}{_BEGINS}{whole[: at + 1]}" for at in range(min(len(whole), _BEGUN))]
    for match in runs:
        run = match[0]
        if match["han"]:
            found += [gram + run[at : at + 2] for at in range(len(run))]
        else:
            found += [word + form for form in _words(run, kind)]
            if kind is Kind.NAME and _is_forgiven(run):
                found += [f"{code}{_SLIP}{place}" for place in _without_one(run)]
    if kind is not Kind.TEXT and not folded.isascii():
        found += _spoken(code, runs, speaker(folded))
    return found


def _bare(runs: Iterable[re.Match[str]]) -> str:
    """The letters and digits with which a text begins."""
    return "".join(match[0] for match in runs)[:LONGEST_WORD]


def _parts(run: str, size: int) -> Iterator[str]:
    """Every `size` characters in a row; the last ones, too, so that each begins a part."""
    return (run[at : at + size] for at in range(len(run)))


def _numbers(digits: str) -> Iterator[str]:
    return (part for part in _parts(digits, _DIGITS) if len(part) >= _DIGITS - 1)


def _words(run: str, kind: Kind) -> tuple[str, ...]:
    """The run itself and, of a code such as c00042, its number with and without zeros."""
    if kind is Kind.TEXT or not run[-1:].isdigit():
        return (run[:LONGEST_WORD],)
    number = _BEFORE_NUMBER.sub("", run)
    bare = number.lstrip("0")[:LONGEST_WORD] or "0"
    return run[:LONGEST_WORD], number[:LONGEST_WORD], bare


def _is_forgiven(run: str) -> bool:
    return run.isalpha() and FORGIVEN_FROM <= len(run) <= LONGEST_WORD


def _without_one(run: str) -> Iterator[str]:
    """The run without one letter, and which: two that agree in both differ in that letter."""
    return (f"{at:02}{run[:at]}{run[at + 1 :]}" for at in range(len(run)))


def _spoken(code: str, runs: Iterable[re.Match[str]], readings: Readings) -> list[str]:
    """What somebody may speak from each character on, but for the legal form at the end."""
    full, short = code + _FULL, code + _FIRST
    found = []
    for match in runs:
        if not match["han"]:
            continue
        start, end = match.span()
        kept = max(end - start - len(legal_form(match[0])), 1)
        usual = [each[0] if each else "" for each in readings[start:end]]
        first = "".join([syllable[:1] for syllable in usual])
        whole, ends = "".join(usual), list(accumulate(map(len, usual), initial=0))
        for at in range(kept):
            rest = whole[ends[at + 1] : ends[min(at + _PINYIN, end - start)]]
            initials = first[at + 1 : at + _INITIALS]
            for reading in readings[start + at]:
                found += [full + (reading + rest)[:_PINYIN], short + reading[0] + initials]
    return found


# what is asked ------------------------------------------------------------------
def words_of(typed: str) -> list[str]:
    """The words to find; a phone number with its country code is one, blanks or not."""
    whole = "".join(typed.split())
    return [whole] if whole.startswith("+") and _PHONE_TYPED.fullmatch(whole) else typed.split()


def is_spelled(word: str) -> bool:
    """Does it hold a letter or digit? Signs alone are not in the index."""
    return _RUN.search(normalized(word)) is not None


def may_slip(typed: str) -> bool:
    """Is there a word in which a slip is allowed?"""
    return any(_is_forgiven(match[0]) for match in _RUN.finditer(normalized(typed)))


def beginning(code: str, typed: str, *, is_all: bool = False) -> Token | None:
    """Rows whose name, the column `code`, begins with what was typed, or is that (`is_all`)."""
    whole = _bare(_RUN.finditer(normalized(typed)))
    if not whole:
        return None
    if not is_all and len(whole) <= _BEGUN:
        return Token(f"{code}{_BEGINS}{whole}")
    return Token(f"{code}{_WHOLE}{whole}", is_start=not is_all and len(whole) < LONGEST_WORD)


def wanted(code: str, kind: Kind, word: str, *, tolerant: bool = False) -> Query | None:
    """Rows whose column `code` holds `word`; None where no column of this kind can hold it.

    `tolerant` allows one slip (a letter too many, missing, wrong, or two swapped) in a word of
    five letters or more.
    """
    if kind is Kind.PHONE:
        return _number(code, word)
    runs = [(match[0], match["han"] is not None) for match in _RUN.finditer(normalized(word))]
    if not runs:
        return None
    return _all(
        _grams(code, run) if han else _latin(code, kind, run[:LONGEST_WORD], tolerant=tolerant)
        for run, han in runs
    )


def _number(code: str, word: str) -> Query | None:
    typed = normalized(word)
    digits = phone_key(typed) if _PHONE_TYPED.fullmatch(typed) else None
    if digits is None or len(digits) < _DIGITS - 1:
        return None
    if len(digits) < _DIGITS:
        return Token(f"{code}{_NUMBER}{digits}", is_start=True)
    whole = (part for part in _parts(digits, _DIGITS) if len(part) == _DIGITS)
    return _all(Token(f"{code}{_NUMBER}{part}") for part in whole)


def _grams(code: str, run: str) -> Query:
    if len(run) == 1:
        return Token(f"{code}{_GRAM}{run}", is_start=True)
    return _all(Token(f"{code}{_GRAM}{run[at : at + 2]}") for at in range(len(run) - 1))


def _latin(code: str, kind: Kind, run: str, *, tolerant: bool) -> Query:
    found: list[Query] = [Token(f"{code}{_WORD}{run}", is_start=True)]
    if kind is not Kind.TEXT and run.isascii() and run.isalpha() and len(run) > 1:
        found.append(_beginning(f"{code}{_FIRST}", run, _INITIALS))
        if len(run) > 2:
            found.append(_beginning(f"{code}{_FULL}", run, _PINYIN))
    if tolerant and kind is Kind.NAME and _is_forgiven(run):
        found += _nearly(code, run)
    return OneOf(tuple(found))


def _beginning(sort: str, run: str, longest: int) -> Token:
    return Token(sort + run[:longest], is_start=len(run) < longest)


def _nearly(code: str, run: str) -> Iterator[Token]:
    """Words that `run` becomes by one slip."""
    size = len(run)
    shorter = (run[:at] + run[at + 1 :] for at in range(size))
    swapped = (run[:at] + run[at + 1] + run[at] + run[at + 2 :] for at in range(size - 1))
    yield from (Token(f"{code}{_WORD}{word}") for word in dict.fromkeys([*shorter, *swapped]))
    yield from (Token(f"{code}{_SLIP}{place}") for place in _without_one(run))
    yield from (Token(f"{code}{_SLIP}{at:02}{run}") for at in range(size + 1))


def _all(queries: Iterator[Query]) -> Query:
    parts = tuple(dict.fromkeys(queries))
    return parts[0] if len(parts) == 1 else AllOf(parts)


# how well it fits ---------------------------------------------------------------
def closeness(texts: Sequence[str], typed: str) -> int:
    """0 where one of `texts` is what was typed, 1 where one begins with it, 2 otherwise."""
    asked, held = normalized(typed), [normalized(text) for text in texts]
    if asked in held:
        return 0
    return 1 if any(text.startswith(asked) for text in held) else 2


def marks(text: str, typed: str, readings: Readings = ()) -> list[tuple[int, int]]:
    """Where the words typed stand in `text`, as (start, end), in order and not overlapping.

    `readings` are those of the single characters of `text`.
    """
    folded = [normalized(character) for character in text]
    taken: set[int] = set()
    for word in normalized(typed).split():
        for match in _RUN.finditer(word):
            span = _written(folded, match[0]) or _spelled(readings, match[0])
            taken.update(range(*span))
    ordered = sorted(taken)
    starts = [at for at in ordered if at - 1 not in taken]
    ends = [at + 1 for at in ordered if at + 1 not in taken]
    return list(zip(starts, ends, strict=True))


def _written(folded: Sequence[str], word: str) -> tuple[int, int] | None:
    found = "".join(folded).find(word)
    if found < 0:
        return None
    ends = [0]
    for piece in folded:
        ends.append(ends[-1] + len(piece))
    start = max(at for at, end in enumerate(ends) if end <= found)
    stop = min(at for at, end in enumerate(ends) if end >= found + len(word))
    return start, stop


def _spelled(readings: Readings, word: str) -> tuple[int, int]:
    for start, firsts in enumerate(readings):
        for first in firsts:
            rest = [each[0] for each in readings[start + 1 :] if each]
            for said in ([first, *rest], [s[0] for s in (first, *rest)]):
                if "".join(said).startswith(word):
                    return start, start + _syllables(said, len(word))
    return 0, 0


def _syllables(said: Sequence[str], letters: int) -> int:
    count = 0
    while letters > 0:
        letters -= len(said[count])
        count += 1
    return count
