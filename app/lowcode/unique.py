"""Which columns of an entity hold nothing twice."""

from typing import Any

from sqlalchemy import Column, UniqueConstraint, inspect


def unique_columns(model: type[Any]) -> list[list[Column[Any]]]:
    """The sets of columns of which no two rows may have the same values."""
    table = inspect(model).local_table
    sets = [list(c.columns) for c in table.constraints if isinstance(c, UniqueConstraint)]
    sets += [list(i.columns) for i in table.indexes if i.unique]
    return [columns for columns in sets if all(column.table is table for column in columns)]
