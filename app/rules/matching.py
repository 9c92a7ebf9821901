"""How much two records look like one written twice: rules, keys to compare, a score with reasons.

Each rule that agrees is evidence of its own: what is left of doubt after w1, w2, … percent is
(1 − w1) (1 − w2) …, and the score is the rest of a hundred. Company forms (有限公司, Ltd.), width,
case, blanks and punctuation never count; a region in front of a name does.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import combinations
from typing import Any
from unicodedata import normalize

from app.rules.choices import Choice
from app.rules.identity import normalize_name, phone_key

#: from this score on two records are shown as probably one
SUSPECT = 60
#: of the weight of a name: read the same, or one character apart
_SOUND = 0.8
#: from this length of a name on, one other character says little, some, or nothing
_ONE_OFF = ((8, 0.85), (6, 0.7), (4, 0.5))
#: shortest names of which the variants with one character less are looked up
_SHORTEST_VARIED = 6
#: where the region of a Chinese company stands: 苏州… and 杭州… are two
_REGION = 2
#: one of them for another makes another name: 一分公司, 二分公司, 华东, 华北
_COUNTING = frozenset("0123456789一二三四五六七八九十甲乙丙丁东南西北")
#: contradicting numbers of a register leave this much of a score
_CONTRADICTED = 0.7
#: fewer digits or characters are a placeholder
_SHORTEST_PHONE, _SHORTEST_CODE = 7, 6

#: how a text is read aloud, without tones: "huarui" for 华瑞
Sound = Callable[[str], str]


class MatchKind(Enum):
    """What a rule compares."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    #: a number of a register, such as a tax number: no two have the same
    CODE = "code"
    #: the record both belong to; says nothing alone
    WHOLE = "whole"


class MatchReason(Choice):
    """What speaks for two records being one, or against it."""

    SAME_CODE = "same_code", "Same tax number", "green"
    SAME_NAME = "same_name", "Same name", "green"
    SAME_SOUND = "same_sound", "Name sounds the same", "yellow"
    ONE_OFF = "one_off", "Name one character apart", "yellow"
    SAME_PHONE = "same_phone", "Same phone", "blue"
    SAME_EMAIL = "same_email", "Same e-mail", "blue"
    SAME_WHOLE = "same_whole", "Belongs to the same record", "gray"
    OTHER_CODE = "other_code", "Different tax numbers", "red"


_AGREEING = {
    MatchKind.NAME: MatchReason.SAME_NAME,
    MatchKind.PHONE: MatchReason.SAME_PHONE,
    MatchKind.EMAIL: MatchReason.SAME_EMAIL,
    MatchKind.CODE: MatchReason.SAME_CODE,
    MatchKind.WHOLE: MatchReason.SAME_WHOLE,
}


@dataclass(frozen=True)
class MatchRule:
    """One thing that two records of an entity may have in common.

    `columns`: attributes that hold it, such as mobile and phone; `stored`: for each of them the
    attribute that holds its key already ("" where none does). `weight`: percent of certainty when
    it agrees. `weaker`: (column, value, weight) for records it says less about.
    """

    kind: MatchKind
    columns: tuple[str, ...]
    weight: int
    stored: tuple[str, ...] = ()
    weaker: tuple[str, str, int] | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """Every attribute that must be known to compare by it."""
        return (*self.columns, *([self.weaker[0]] if self.weaker else []))


@dataclass(frozen=True, slots=True)
class Keys:
    """What of one record is compared, in the order of the rules."""

    values: tuple[frozenset[str], ...]
    #: of names, else empty
    sounds: tuple[str, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Similarity:
    """From 0, nothing in common, to 100; reasons from the strongest on."""

    score: int
    reasons: tuple[MatchReason, ...] = ()


def keys_of(
    rules: Sequence[MatchRule], values: Mapping[str, Any], sound: Sound, *, stored: bool = False
) -> Keys:
    """The keys of a record given by attribute; `stored`: it also holds the keys that are kept."""
    found, sounds, weights = [], [], []
    for rule in rules:
        keys = frozenset(_keys(rule, values, stored))
        found.append(keys)
        sounds.append(sound(min(keys)) if rule.kind is MatchKind.NAME and keys else "")
        weights.append(_weight(rule, values))
    return Keys(tuple(found), tuple(sounds), tuple(weights))


def similarity(rules: Sequence[MatchRule], one: Keys, other: Keys) -> Similarity:
    """How sure it is that two records are one, and why; symmetric."""
    doubt, told, contradicted = 1.0, [], False
    for place, rule in enumerate(rules):
        ours, theirs = one.values[place], other.values[place]
        if not ours or not theirs:
            continue
        weight = min(one.weights[place], other.weights[place])
        share, reason = 1.0, _AGREEING[rule.kind]
        if not ours & theirs:
            if rule.kind is MatchKind.CODE:
                contradicted = True
            if rule.kind is not MatchKind.NAME:
                continue
            sounds = one.sounds[place], other.sounds[place]
            share, reason = _alike(min(ours), min(theirs), *sounds)
        if share:
            doubt *= 1 - weight * share / 100
            told.append((weight * share, reason))
    score = 100 * (1 - doubt) * (_CONTRADICTED if contradicted else 1)
    reasons = [reason for _share, reason in sorted(told, key=lambda pair: -pair[0])]
    reasons += [MatchReason.OTHER_CODE] if contradicted and reasons else []
    return Similarity(round(score), tuple(reasons))


def tokens(rules: Sequence[MatchRule], keys: Keys) -> Iterator[str]:
    """Words of which two records share one if they can be alike: only those need be compared."""
    weak = []
    for place, (values, weight) in enumerate(zip(keys.values, keys.weights, strict=True)):
        if weight < SUSPECT:
            # 王伟 alone is nobody: such a key counts together with another one.
            weak += [(place, value) for value in values]
            continue
        for value in values:
            yield f"{place}={value}"
        if rules[place].kind is MatchKind.NAME:
            yield from _name_tokens(place, keys)
    for (first, one), (second, other) in combinations(weak, 2):
        if first != second:
            yield f"{first}={one}&{second}={other}"


def one_edit_apart(one: str, other: str) -> int | None:
    """The place of the single character that is other, missing or too much; None if there is none
    or more than one."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1 or one == other:
        return None
    place = next((i for i, char in enumerate(short) if char != long[i]), len(short))
    rest = short[place + 1 :] if len(short) == len(long) else short[place:]
    return place if rest == long[place + 1 :] else None


def _keys(rule: MatchRule, values: Mapping[str, Any], stored: bool) -> Iterator[str]:
    kept = rule.stored or ("",) * len(rule.columns)
    for column, key_column in zip(rule.columns, kept, strict=True):
        if stored and key_column and key_column != column:
            key = values.get(key_column)
        else:
            key = _key(rule.kind, values.get(column))
        if key and rule.kind is MatchKind.PHONE:
            # 010-6552 9988 and +86 10 6552 9988 are one number.
            key = key.lstrip("0")
        if key and _is_telling(rule.kind, key):
            yield key


def _key(kind: MatchKind, value: Any) -> str | None:
    text = "" if value is None else str(value).strip()
    if not text:
        return None
    match kind:
        case MatchKind.NAME:
            return normalize_name(text)[:200]
        case MatchKind.PHONE:
            return phone_key(text)
        case MatchKind.EMAIL:
            return normalize("NFKC", text).casefold()
        case MatchKind.CODE:
            return "".join(filter(str.isalnum, normalize("NFKC", text).upper()))
        case MatchKind.WHOLE:
            return text


def _is_telling(kind: MatchKind, key: str) -> bool:
    if kind is MatchKind.PHONE:
        return len(key) >= _SHORTEST_PHONE and len(set(key)) > 1
    if kind is MatchKind.CODE:
        return len(key) >= _SHORTEST_CODE and len(set(key)) > 1
    return True


def _weight(rule: MatchRule, values: Mapping[str, Any]) -> int:
    if rule.weaker is None:
        return rule.weight
    column, value, weight = rule.weaker
    return weight if str(values.get(column) or "") == value else rule.weight


def _name_tokens(place: int, keys: Keys) -> Iterator[str]:
    for value in keys.values[place]:
        if len(value) >= _SHORTEST_VARIED:
            yield f"{place}-{value}"
            start = _REGION if _is_chinese(value) else 0
            for gap in range(start, len(value)):
                yield f"{place}-{value[:gap]}{value[gap + 1 :]}"
    if keys.sounds[place]:
        yield f"{place}~{keys.sounds[place]}"


def _alike(one: str, other: str, sound: str, other_sound: str) -> tuple[float, MatchReason]:
    """(share of the weight, reason) of two names that are not the same."""
    if sound and sound == other_sound and min(len(one), len(other)) > _REGION:
        return _SOUND, MatchReason.SAME_SOUND
    place = one_edit_apart(one, other)
    if place is None or _makes_another(one, other, place):
        return 0.0, MatchReason.ONE_OFF
    shorter = min(len(one), len(other))
    return next((s for low, s in _ONE_OFF if shorter >= low), 0.0), MatchReason.ONE_OFF


def _makes_another(one: str, other: str, place: int) -> bool:
    """Does the one character that is other tell two apart: a number, a direction, a region?"""
    changed = {name[place] for name in (one, other) if place < len(name)}
    return bool(changed & _COUNTING) or (place < _REGION and _is_chinese(one))


def _is_chinese(name: str) -> bool:
    return "\u2e80" <= name[:1] <= "\u9fff"
