"""How many rows at once go to PostgreSQL: as its COPY.

Otherwise the driver sends a statement for each of them, and the server carries out as many.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from psycopg import Cursor

_VALUE = r"%\(\w+\)s(?:::[\w ]+(?:\([\d, ]+\))?)?"
#: nothing but parameters: what else a statement may say, COPY cannot
_INSERT = re.compile(rf"INSERT INTO (\S+ \([^()]+\)) VALUES \(({_VALUE}(?:, {_VALUE})*)\)")
_NAME = re.compile(r"%\((\w+)\)s")


class _Copy(NamedTuple):
    statement: bytes
    #: of the parameters, by column
    names: list[str]


def copy_in(cursor: Cursor[Any], insert: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Add the rows as the statement would; False where it says more than COPY can."""
    copy = _copy_for(insert)
    if copy is None:
        return False
    with cursor.copy(copy.statement) as lines:
        for row in rows:
            lines.write_row([row[name] for name in copy.names])
    return True


@lru_cache(maxsize=1000)
def _copy_for(insert: str) -> _Copy | None:
    found = _INSERT.fullmatch(insert)
    if found is None:
        return None
    place, values = found.groups()
    return _Copy(f"COPY {place} FROM STDIN".encode(), _NAME.findall(values))
