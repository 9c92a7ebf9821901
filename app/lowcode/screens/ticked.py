"""Rows that a form names: their keys, and the versions that the person saw of them."""

from collections.abc import Sequence
from typing import Any

from flask import abort, request

from app.lowcode.fields.relations import key_of
from app.rules.errors import DomainError

MOST_ROWS = 1000
#: rows that a refusal names
_MOST_NAMED = 5


class ChangedMeanwhile(DomainError):  # noqa: N818 - reads as what happened
    """Somebody changed a row after it was shown to the person who acts on it."""


def ticked_keys() -> list[int]:
    """The keys posted as `rowid`, at most `MOST_ROWS`; 400 where there are none or one is none."""
    keys = [key_of(text) for text in request.form.getlist("rowid")[:MOST_ROWS]]
    found = [key for key in keys if key is not None]
    return found if found and len(found) == len(keys) else abort(400)


def versions_seen(items: Sequence[Any]) -> dict[int, str]:
    """{key: version} of those rows whose version came along.

    A list posts `seen` = "key:version" of all its rows, a record page its `version`.
    """
    posted = " ".join(request.form.getlist("seen")).split()
    pairs = (text.split(":", 1) for text in posted if ":" in text)
    versions = dict(pairs)
    if len(items) == 1 and "version" in request.form:
        versions[str(items[0].id)] = request.form["version"]
    return {item.id: versions[str(item.id)] for item in items if str(item.id) in versions}


def check_seen(items: Sequence[Any]) -> None:
    """What nobody has seen is not acted upon: ChangedMeanwhile names the rows that moved on."""
    seen = versions_seen(items)
    changed = [item for item in items if seen.get(item.id) not in (None, str(_version(item)))]
    if not changed:
        return
    if len(items) == 1:
        raise ChangedMeanwhile(
            "Somebody else changed this record in the meantime. Look at it and try again."
        )
    more = " …" if len(changed) > _MOST_NAMED else ""
    raise ChangedMeanwhile(
        "Nothing was done, since somebody else changed rows in the meantime: %(names)s. "
        "Look at them and try again.",
        names=", ".join(map(repr, changed[:_MOST_NAMED])) + more,
    )


def _version(item: Any) -> int:
    """Of a row without versions its key, as in lists."""
    version: int = getattr(item, "version", item.id)
    return version
