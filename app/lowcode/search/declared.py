"""What is searched of each entity: the columns that its screen declares, by codes that stay."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zlib import crc32

from flask import current_app
from sqlalchemy import String, Text, inspect

from app.entities.system.search import KEY_BITS
from app.entities.system.user import Role, User
from app.lowcode import registered
from app.lowcode.fields import field_of
from app.rules.search import Kind

#: Written with every change of how tokens are made: entries of before are made again.
_FORM = "2"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class SearchedColumn:
    path: str
    #: three letters and digits before its tokens
    code: str
    kind: Kind


@dataclass(frozen=True)
class Searched:
    """The columns of an entity that the index holds, and whose rows they are."""

    model: type[Any]
    columns: tuple[SearchedColumn, ...]
    #: letter of the token → column: owner, team, region
    belonging: tuple[tuple[str, str], ...]
    #: declared columns that are found with those that they are computed from
    followers: frozenset[str]

    @cached_property
    def first(self) -> int:
        """The number from which the keys of its entries count."""
        return (crc32(self.model.__name__.encode()) & 0x7FFFFF) << KEY_BITS

    @property
    def last(self) -> int:
        return self.first + (1 << KEY_BITS) - 1

    @cached_property
    def by_path(self) -> dict[str, SearchedColumn]:
        return {column.path: column for column in self.columns}

    @property
    def name(self) -> SearchedColumn | None:
        """The column that stands for a row."""
        return next((column for column in self.columns if column.kind is Kind.NAME), None)

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The columns that an entry is made of."""
        return (*self.by_path, *(name for _letter, name in self.belonging))

    @cached_property
    def declaration(self) -> str:
        """Differs wherever entries made by another one would be wrong."""
        parts = [f"{column.path}:{column.code}:{column.kind.value}" for column in self.columns]
        whole = " ".join([_FORM, *sorted(parts), *(name for _letter, name in self.belonging)])
        return hashlib.sha256(whole.encode()).hexdigest()


def searched_of(model: type[Any]) -> Searched | None:
    """What the index holds of `model`; None where its rows are found by looking through them."""
    known = current_app.extensions.setdefault("kehu_searched", {})
    if model not in known:
        screen = registered.screens().get(model)
        known[model] = _searched(model, screen.quick_search) if screen else None
    found: Searched | None = known[model]
    return found


def all_searched() -> list[Searched]:
    screens = registered.screens()
    return [found for model in screens if (found := searched_of(model)) is not None]


def _searched(model: type[Any], declared: Sequence[str]) -> Searched | None:
    # What the product keeps for itself is written past the session; people and roles are not.
    if not declared or not getattr(model, "is_binned", model in (User, Role)):
        return None
    paths = dict.fromkeys([model.label_column, model.code_column, *declared])
    chosen = [path for path in paths if path and _is_text(model, path)]
    own = [path for path in chosen if not _follows(model, path, chosen)]
    codes = _codes(model, own)
    columns = tuple(SearchedColumn(path, codes[path], _kind(model, path)) for path in own)
    followers = frozenset(chosen) - set(own)
    return Searched(model, columns, _belonging(model), followers) if columns else None


def _is_text(model: type[Any], path: str) -> bool:
    columns = inspect(model).column_attrs
    return path in columns and isinstance(columns[path].columns[0].type, String)


def _follows(model: type[Any], path: str, others: Sequence[str]) -> bool:
    """Is it a form of another one that is searched, such as the digits of a phone number?"""
    sources = getattr(model, "derived_from", {}).get(path, ())
    return bool(sources) and set(sources) <= set(others)


def _kind(model: type[Any], path: str) -> Kind:
    if path == model.label_column:
        return Kind.NAME
    if field_of(model, path).info.get("format") == "phone":
        return Kind.PHONE
    is_long = isinstance(inspect(model).column_attrs[path].columns[0].type, Text)
    return Kind.TEXT if is_long else Kind.WORDS


def _codes(model: type[Any], paths: Sequence[str]) -> dict[str, str]:
    """By name alone, so that they stay when columns are added or declared in another order."""
    codes: dict[str, str] = {}
    for path in sorted(paths):
        number = crc32(f"{model.__name__}.{path}".encode())
        while (code := _code(number)) in codes.values():
            number += 1
        codes[path] = code
    return codes


def _code(number: int) -> str:
    return "".join(_DIGITS[number // 36**place % 36] for place in range(3))


def _belonging(model: type[Any]) -> tuple[tuple[str, str], ...]:
    scope = getattr(model, "scope", None)
    if scope is None or not scope.owner:
        return ()
    region = [("r", "region_id")] if "region_id" in inspect(model).column_attrs else []
    return (("o", scope.owner), ("t", scope.team), *region)
