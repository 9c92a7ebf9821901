"""Which rows a posted form names by key, in its own pickers and in those of its lines."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import inspect
from werkzeug.datastructures import MultiDict

from app.lowcode.fields.at_hand import Named
from app.lowcode.fields.relations import key_of
from app.lowcode.screens.declare import Lines

#: "items-3-product" is the product of a line
_OF_LINE = re.compile(r"(.+)-\d+-(.+)")


def named_rows(
    model: type[Any], lines: Iterable[Lines], posted: MultiDict[str, str]
) -> Iterator[Named]:
    relationships = inspect(model).relationships
    of_lines = {part.name: relationships[part.name].mapper.relationships for part in lines}
    for name, text in posted.items(multi=True):
        if not text.isdigit() or not (key := key_of(text)):
            continue
        line = _OF_LINE.fullmatch(name)
        known = of_lines.get(line[1], {}) if line else relationships
        relationship = known.get(line[2] if line else name)
        if relationship is not None:
            yield relationship.mapper.class_, key
