"""Which columns of a large entity lists can sort and filter by without looking at every row."""

from typing import Any

from sqlalchemy import UniqueConstraint, inspect

from app.lowcode.fields import resolve
from app.lowcode.fields.relations import RelationField, TagsField


def sortable_paths(view: Any) -> list[str]:
    """The columns of a screen's list that it can be sorted by; of a large entity such as have an
    index, and those of which the screen says why they need none.

    A relation is sorted by the label of the other row, which costs a look at every row of both;
    it stays, since most companies are small, and large ones filter by it.
    """
    model = view.model
    return [
        path
        for path in view.list_columns
        if resolve(model, path).field.sortable
        and (
            not getattr(model, "is_large", False)
            or path in view.unindexed
            or is_indexed(model, path)
        )
    ]


def is_indexed(model: type[Any], path: str) -> bool:
    """Does an index of the entity begin with the column, or with the key of the first relation?"""
    resolved = resolve(model, path)
    first = resolved.hops[0] if resolved.hops else resolved.field
    if isinstance(first, TagsField):
        return True  # by the keys of the table between
    column = first.key_column if isinstance(first, RelationField) else getattr(model, first.name)
    name = getattr(column, "key", None)
    table: Any = inspect(model).local_table
    if name not in table.c:
        return False
    unique = (c for c in table.constraints if isinstance(c, UniqueConstraint))
    starts = [list(index.columns)[:1] for index in (*table.indexes, *unique)]
    starts.append(list(table.primary_key.columns)[:1])
    return any(start and start[0] is table.c[name] for start in starts)
