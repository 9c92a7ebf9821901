"""Rows that a form means: ticked ones or all of a list, and the versions that the person saw."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from flask import abort, request
from werkzeug.datastructures import MultiDict

from app.lowcode.fields.relations import key_of
from app.lowcode.list_state import ListState, read_state
from app.lowcode.pages.lists import MOST_ROWS
from app.lowcode.screens.bulk_rows import AT_ONCE, matching, rows_matching
from app.rules.errors import DomainError

#: rows that a refusal names
_MOST_NAMED = 5


class ChangedMeanwhile(DomainError):  # noqa: N818 - reads as what happened
    """Somebody changed a row after it was shown to the person who acts on it."""


@dataclass(frozen=True)
class Chosen:
    """The rows a form means: `items` that were ticked, else all that `state` has."""

    view: Any
    state: ListState
    items: Sequence[Any]
    count: int
    #: the highest key among them: what comes later was not meant
    upto: int = 0
    seen: dict[int, str] = field(default_factory=dict)

    def blocks(self, most: int | None = None) -> Iterable[Sequence[Any]]:
        """All of them, or the first `most`, a block at a time."""
        if not self.items:
            return rows_matching(self.view, self.state, self.upto, most=most)
        rows = self.items[:most]
        return [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]

    def carried(self) -> list[tuple[str, str]]:
        """What says the same once more."""
        state = [("state", request.form.get("state", ""))]
        if not self.items:
            return [*state, ("all_rows", "1")]
        seen = [("seen", f"{key}:{version}") for key, version in self.seen.items()]
        return [*state, *(("rowid", str(item.id)) for item in self.items), *seen]


def state_posted(view: Any) -> ListState:
    """The state of the list that a form was sent from, as its `state` says."""
    query = MultiDict(parse_qsl(request.form.get("state", "").lstrip("?")))
    return read_state(view.listable, query)


def chosen_rows(view: Any) -> Chosen:
    """What a form posts as `rowid` or, for all that the list has, as `all_rows`.

    404 where a ticked row is not there for this person; InvalidInput for an unreadable filter.
    """
    state = state_posted(view)
    if "all_rows" not in request.form:
        items = view.get_items(ticked_keys())
        return Chosen(view, state, items, len(items), seen=versions_seen(items))
    if state.problems:
        raise state.problems[0]
    count, upto = matching(view, state)
    if not count:
        raise DomainError("There are no such records any more.")
    return Chosen(view, state, (), count, upto)


def rows_meant(view: Any) -> list[Any]:
    """`chosen_rows` for what is done to all at once or to none: at most `MOST_ROWS`, and of a
    whole list no others than the person was told of."""
    chosen = chosen_rows(view)
    if not chosen.items and request.form.get("matching") != str(chosen.count):
        raise ChangedMeanwhile(
            "Meanwhile these are %(count)s records. Nothing was done; look at them and try again.",
            count=chosen.count,
        )
    if chosen.count > MOST_ROWS:
        raise DomainError("At most %(count)s records at once, please.", count=MOST_ROWS)
    return [item for block in chosen.blocks() for item in block]


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
