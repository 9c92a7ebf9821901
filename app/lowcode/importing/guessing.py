"""Which column of somebody's file is which field of ours, by the words of its header."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from app.lowcode.importing.synonyms import ENTITY_WORDS, RELATED, SYNONYMS
from app.rules.text import fold_width

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[\W_]+")
_REFERENCE_WORDS = frozenset({"id", "code", "name", "no", "number"})
_REFERENCE_ENDINGS = re.compile(r"(?:编号|编码|代码|名称|名字)$")

_SAME = 100
_REFERENCE = 90
_SYNONYM = 80
_RELATED = 50
#: a header that shares less than this part of its words with a label is another thing
_LEAST_SHARE = 0.6


@dataclass(frozen=True)
class FieldHint:
    """A field that a column may fill: its name and what people call it, in any language."""

    name: str
    labels: list[str] = field(default_factory=list)


def guess_mapping(header: Sequence[str], fields: Sequence[FieldHint]) -> dict[int, str]:
    """The field for each column that has one, as {place in the header: field name}.

    Case, width, blanks, punctuation and camelCase do not count. The surest match is taken first,
    then the column further left; no column and no field is used twice.
    """
    matches = sorted(_matches(header, fields), key=lambda match: (-match[0], match[1], match[2]))
    mapping: dict[int, str] = {}
    for _, column, place in matches:
        name = fields[place].name
        if column not in mapping and name not in mapping.values():
            mapping[column] = name
    return dict(sorted(mapping.items()))


def _matches(
    header: Sequence[str], fields: Sequence[FieldHint]
) -> Iterator[tuple[float, int, int]]:
    labels = [[_words(text) for text in (hint.name, *hint.labels)] for hint in fields]
    for column, title in enumerate(header):
        words = _words(title)
        if not words:
            continue
        for place, candidates in enumerate(labels):
            score = max(_score(words, label) for label in candidates)
            if score:
                yield score, column, place


def _words(text: str) -> tuple[str, ...]:
    spaced = _CAMEL.sub(" ", fold_width(text))
    return tuple(word for word in _SEPARATORS.split(spaced.casefold()) if word)


def _score(words: tuple[str, ...], label: tuple[str, ...]) -> float:
    key, label_key = "".join(words), "".join(label)
    if not label_key:
        return 0
    if key == label_key:
        return _SAME
    if _referred(words) == label_key:
        return _REFERENCE
    ours, theirs = _groups(label), _groups(words)
    if ours & theirs:
        return _SYNONYM
    if any((a in ours and b in theirs) or (b in ours and a in theirs) for a, b in RELATED):
        return _RELATED
    return _share(words, label) * _SYNONYM * 0.9


def _referred(words: tuple[str, ...]) -> str:
    """What a column such as "category ID" or 类别编号 refers to, "" if it refers to nothing."""
    if len(words) > 1 and words[-1] in _REFERENCE_WORDS:
        return "".join(words[:-1])
    key = "".join(words)
    shorter = _REFERENCE_ENDINGS.sub("", key)
    return shorter if shorter != key else ""


def _groups(words: tuple[str, ...]) -> frozenset[str]:
    key = "".join(words)
    found = _GROUPS.get(key, frozenset())
    for entity in ENTITY_WORDS:
        if key.startswith(entity) and key != entity:
            found |= _ENTITY_GROUPS & _GROUPS.get(key.removeprefix(entity), frozenset())
    return found


def _share(words: tuple[str, ...], label: tuple[str, ...]) -> float:
    """How much two headers have in common, from 0 to 1, where one contains the other."""
    first, second = _units(words), _units(label)
    shorter, longer = sorted((first, second), key=len)
    if not shorter or not _contains(longer, shorter):
        return 0
    share = len(shorter) / len(longer)
    return share if share >= _LEAST_SHARE else 0


def _units(words: Iterable[str]) -> list[str]:
    """Western words count as wholes, Chinese ones by the character."""
    return [unit for word in words for unit in ([word] if word.isascii() else list(word))]


def _contains(longer: list[str], shorter: list[str]) -> bool:
    places = range(len(longer) - len(shorter) + 1)
    return any(longer[place : place + len(shorter)] == shorter for place in places)


def _index(synonyms: dict[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    index: dict[str, frozenset[str]] = {}
    for group, texts in synonyms.items():
        for text in texts:
            key = "".join(_words(text))
            index[key] = index.get(key, frozenset()) | {group}
    return index


_GROUPS = _index(SYNONYMS)
#: what every entity has, so that "customer ID" and 供应商名称 need no entry of their own
_ENTITY_GROUPS = frozenset({"code", "name", "kind"})
