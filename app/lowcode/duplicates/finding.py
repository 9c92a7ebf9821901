"""Which stored rows are probably the same as given ones, by the match rules of their entity."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, false, func, inspect, or_, select
from sqlalchemy.orm import Session

from app.lowcode import field_rights
from app.lowcode.duplicates.sound import sound
from app.lowcode.duplicates.tokens import TokenIndex
from app.rules.matching import (
    SUSPECT,
    Keys,
    MatchKind,
    MatchReason,
    MatchRule,
    keys_of,
    similarity,
    tokens,
)

#: up to so many stored rows their names are also compared by sound and spelling
MOST_COMPARED = 300_000
#: rows that one row is compared with; names of thousands say nothing
_MOST_ALIKE = 50
#: values in one statement
AT_ONCE = 500
#: rows that are read at once
_CHUNK = 5_000
_BUT = "but_this_key"
#: values of a column that are parameters of their own
_MOST_NAMED = 2
#: a column, and how many values it may have; one more than are named, of a list
_Count = tuple[str, int]

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Match:
    """A stored row that is probably the same; `key` is None where the acting person does not see
    it: that there is one may be told, not which."""

    key: int | None
    score: int
    reasons: tuple[MatchReason, ...]


def rules_of(model: type[Any]) -> tuple[MatchRule, ...]:
    """The entity's match rules of which the acting person may read all columns."""
    if not field_rights.is_limited():
        return tuple(model.match_rules)
    return tuple(
        rule
        for rule in model.match_rules
        if all(field_rights.readable(model, name) for name in rule.reads)
    )


def find_matches(
    session: Session, model: type[Any], rows: Sequence[Values]
) -> dict[int, list[Match]]:
    """{place in `rows`: its matches, the surest first}, for some rows at a time.

    Rows are given by attribute (`name`, `customer_id`); "id" is the row itself where it is stored.
    """
    return Finder(session, model, spelling=False).find(rows)


class Finder:
    """Looks up many rows of one entity, batch by batch, as the acting person.

    `spelling`: names that sound the same or are one character apart count too. That takes an index
    of all names, read once, as long as there are at most MOST_COMPARED rows; `is_spelling` tells
    whether it does. Rows that are stored later are not in it; keys that are kept are always asked.
    """

    def __init__(self, session: Session, model: type[Any], *, spelling: bool = True) -> None:
        self._session, self._model = session, model
        self._rules = rules_of(model)
        self._table = inspect(model).local_table
        self._index = self._indexed() if spelling and self._rules else None

    @property
    def is_spelling(self) -> bool:
        return self._index is not None

    def find(self, rows: Sequence[Values]) -> dict[int, list[Match]]:
        """{place in `rows`: its matches, the surest first}."""
        if not self._rules:
            return {}
        wanted = [keys_of(self._rules, row, sound) for row in rows]
        # With itself a row shares all that it is looked up by; of several, one may be like another.
        own = rows[0].get("id") if len(rows) == 1 else None
        stored = self._stored(wanted, own)
        if not stored:
            return {}
        by_token: dict[str, list[int]] = {}
        for key, keys in stored.items():
            for token in tokens(self._rules, keys):
                by_token.setdefault(token, []).append(key)
        found = {}
        for place, keys in enumerate(wanted):
            alike = {
                key
                for token in tokens(self._rules, keys)
                for key in by_token.get(token, ())[:_MOST_ALIKE]
                if key != rows[place].get("id")
            }
            scored = [(key, similarity(self._rules, keys, stored[key])) for key in alike]
            scored = [(key, alike) for key, alike in scored if alike.score >= SUSPECT]
            if scored:
                found[place] = sorted(scored, key=lambda pair: (-pair[1].score, pair[0]))
        seen = self._visible({key for scored in found.values() for key, _similar in scored})
        return {
            place: [Match(key if key in seen else None, s.score, s.reasons) for key, s in scored]
            for place, scored in found.items()
        }

    # stored rows ------------------------------------------------------------------
    def _stored(self, wanted: Sequence[Keys], own: int | None) -> dict[int, Keys]:
        """The keys of every stored row, but `own`, that may be like one of the wanted."""
        found: dict[int, Keys] = {}
        for chosen in self._chosen(wanted):
            found.update(keys_in_store(self._session, self._model, self._rules, chosen, own))
        return found

    def _chosen(self, wanted: Sequence[Keys]) -> Iterator[dict[str, list[Any]]]:
        """What to look for by attribute, a statement each: one of these values is enough."""
        if self._index is not None:
            keys = {
                key
                for row in wanted
                for token in tokens(self._rules, row)
                for key in self._index.places(token, _MOST_ALIKE)
            }
            for part in parts(sorted(keys)):
                yield {"id": part}
        columns = {
            column: _spellings(rule, wanted, place)
            for place, rule in enumerate(self._rules)
            if rule.kind is not MatchKind.WHOLE
            for column in filter(None, rule.stored or rule.columns)
        }
        by_part: list[dict[str, list[Any]]] = []
        for column, values in columns.items():
            for number, part in enumerate(parts(sorted(values))):
                by_part += [{}] if len(by_part) <= number else []
                by_part[number][column] = part
        yield from by_part

    def _indexed(self) -> TokenIndex | None:
        """Keys of rows by token; None where there are too many rows, or keys too large for it."""
        count, largest = self._session.execute(
            select(func.count(), func.max(self._table.c.id)).select_from(self._table)
        ).one()
        if count > MOST_COMPARED or (largest or 0) >= 1 << 24:
            return None
        index = TokenIndex()
        for key, keys in keys_in_store(self._session, self._model, self._rules):
            for token in tokens(self._rules, keys):
                index.add(token, key)
        index.seal()
        return index

    def _visible(self, keys: set[int]) -> set[int]:
        """Those of the keys whose rows the acting person sees."""
        key = self._model.id
        return {
            seen
            for part in parts(sorted(keys))
            for seen in self._session.scalars(select(key).where(key.in_(part)))
        }


def keys_in_store(
    session: Session,
    model: type[Any],
    rules: Sequence[MatchRule],
    chosen: Mapping[str, Sequence[Any]] | None = None,
    but: int | None = None,
) -> Iterator[tuple[int, Keys]]:
    """(key, what is compared) of stored rows, whoever's they are, in the order of their keys.

    `chosen`: those that hold one of these values, by attribute; all of them without it. `but`: the
    key of one that is not among them.
    """
    asked, counts = (None, None) if chosen is None else _named(chosen)
    statement = _compared(model, tuple(rules), counts, but is not None)
    asked = asked if but is None else {**(asked or {}), _BUT: but}
    for row in session.connection().execute(statement, asked):
        yield row[0], keys_of(rules, row._mapping, sound, stored=True)


def _named(chosen: Mapping[str, Sequence[Any]]) -> tuple[dict[str, Any], tuple[_Count, ...]]:
    """The values by the parameters of a statement, and how many there are: to write a list of any
    number of them into a statement takes longer than to look for the few of one row."""
    asked: dict[str, Any] = {}
    for name, values in chosen.items():
        is_list = len(values) > _MOST_NAMED
        asked |= {name: values} if is_list else {f"{name}_{n}": v for n, v in enumerate(values)}
    return asked, tuple((name, min(len(chosen[name]), _MOST_NAMED + 1)) for name in chosen)


@lru_cache(maxsize=300)
def _compared(
    model: type[Any], rules: tuple[MatchRule, ...], chosen: tuple[_Count, ...] | None, has_but: bool
) -> Select[Any]:
    columns = {name: part.columns[0] for name, part in inspect(model).column_attrs.items()}
    names = {name for rule in rules for name in (*rule.reads, *rule.stored) if name}
    # Selected from the table, not from the entity: the row scope narrows entities only.
    shown = select(columns["id"], *(columns[name].label(name) for name in sorted(names)))
    ordered = shown.order_by(columns["id"])
    if has_but:
        ordered = ordered.where(columns["id"] != bindparam(_BUT))
    if chosen is None:
        # A cursor on the server, which a few rows would wait for.
        return ordered.execution_options(yield_per=_CHUNK)
    return ordered.where(or_(*(_is_one_of(columns[name], name, count) for name, count in chosen)))


def _is_one_of(column: ColumnElement[Any], name: str, count: int) -> ColumnElement[bool]:
    if count > _MOST_NAMED:
        return column.in_(bindparam(name, expanding=True))
    return or_(false(), *(column == bindparam(f"{name}_{n}") for n in range(count)))


def _spellings(rule: MatchRule, wanted: Sequence[Keys], place: int) -> set[str]:
    """What may stand in the column that keeps the rule's keys."""
    keys = {key for row in wanted for key in row.values[place]}
    # A trunk zero is kept with the number.
    return keys | {f"0{key}" for key in keys} if rule.kind is MatchKind.PHONE else keys


def parts(values: Iterable[Any], size: int = AT_ONCE) -> Iterator[list[Any]]:
    """The values in lists of at most `size`, in their order."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part
