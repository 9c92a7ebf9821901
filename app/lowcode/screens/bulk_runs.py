"""What somebody wants of many rows, as their form says it; and the job for thousands of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol
from urllib.parse import parse_qsl

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.lowcode import changesets, principal, registered
from app.lowcode.list_state import read_state
from app.lowcode.notifications import notify
from app.lowcode.screens import bulk_rows
from app.lowcode.screens.bulk_rows import Edit, Outcome, Tagging
from app.lowcode.screens.declare import Section
from app.lowcode.screens.forms import EntryForm
from app.lowcode.screens.inline import changeable_fields
from app.lowcode.screens.merging import texts_of, words
from app.lowcode.screens.ticked import Chosen
from app.lowcode.unique import unique_columns
from app.rules.changes import ChangeKind
from app.rules.errors import DomainError

JOB = "bulk_edit"
#: what the form of a bulk edit posts beside the fields themselves
CONTROLS = frozenset(
    {"all_rows", "add_field", "change", "confirm", "drop_field", "matching", "step", "tagging"}
)


class Work(Protocol):
    """What a bulk edit needs of the job that does it."""

    memory: dict[str, Any]

    def progress(self, percent: float, text: str | None = None) -> None: ...

    def checkpoint(self) -> None: ...


@dataclass
class Wish:
    """The chosen fields and what is typed for them."""

    names: list[str]
    entry: EntryForm
    tagging: Tagging
    is_confirmed: bool

    def edit(self) -> Edit:
        """After `entry.validate()`."""
        return Edit(self.entry.values(), self.tagging, self.is_confirmed)

    def words(self) -> list[tuple[str, str]]:
        """(label, new value) of each field."""
        fields = [self.entry.form[name] for name in self.names]
        return [(str(field.label.text), words(field, texts_of(field))) for field in fields]

    def arguments(self, chosen: Chosen) -> dict[str, Any]:
        """What the job is told: everything but the rows, which it finds itself."""
        posted = self.entry.posted or MultiDict()
        return {
            "resource": self.entry.view.resource,
            "state": chosen.state.query(),
            "upto": chosen.upto,
            "count": chosen.count,
            "names": self.names,
            "posted": [[n, text] for n in self.names for text in posted.getlist(n)],
            "tagging": self.tagging.value,
            "confirmed": self.is_confirmed,
        }


def bulk_fields(view: Any) -> list[str]:
    """What several rows can hold alike: the form's fields that the person may write, but names
    and numbers that only one row can have."""
    alone = _of_one_row(view.model)
    return [name for name in changeable_fields(view) if name not in alone]


@cache
def _of_one_row(model: type[Any]) -> frozenset[str]:
    return frozenset(columns[0].name for columns in unique_columns(model) if len(columns) == 1)


def label_of(wish: Wish) -> str:
    """What it was, for the list of what can be undone."""
    return "; ".join(f"{label} → {value}" for label, value in wish.words())


def wish_posted(view: Any, posted: MultiDict[str, str], allowed: Sequence[str]) -> Wish:
    """The wish of a posted form; fields that the person may not change so are left out."""
    names = list(dict.fromkeys([*posted.getlist("change"), posted.get("add_field", "")]))
    names = [name for name in names if name in allowed and name != posted.get("drop_field")]
    codes = {one.value: one for one in Tagging}
    # Before the first preview nothing is typed yet, so a new field starts empty, not refused.
    entry = EntryForm(view, view.model(), posted, {}, [Section("", names)] if names else [])
    return Wish(
        names=names,
        entry=entry,
        tagging=codes.get(posted.get("tagging", ""), Tagging.ADD),
        is_confirmed="confirm" in posted,
    )


# the job ----------------------------------------------------------------------------
def run(session: Session, arguments: dict[str, Any], work: Work) -> dict[str, Any]:
    """Do it block by block, each a transaction of its own; after a kill it goes on where it was.

    Rows that came to fit meanwhile are left alone, and where there are others than were confirmed
    before it began, nothing is done: DomainError.
    """
    view = _screen(arguments["resource"])
    wish = _wish_of(view, arguments)
    state = read_state(view.listable, MultiDict(parse_qsl(arguments["state"].lstrip("?"))))
    upto, memory = arguments["upto"], work.memory
    if not memory:
        count, _highest = bulk_rows.matching(view, state, upto)
        if count != arguments["count"] or state.problems:
            raise DomainError("Meanwhile these are other records. Nothing was changed.")
        memory |= {"after": 0, "done": 0, "changed": 0, "same": 0, "held": {}, "set": None}
    for block in bulk_rows.rows_matching(view, state, upto, memory["after"]):
        last = block[-1].id
        _do(session, view, wish, block, memory)
        memory |= {"after": last, "done": memory["done"] + len(block)}
        share = 100 * memory["done"] / max(arguments["count"], 1)
        work.progress(share, _("%(count)s records", count=memory["done"]))
        work.checkpoint()
        session.expunge_all()
        # What was typed names rows of the session that has just let go of them.
        wish = _wish_of(view, arguments)
    _tell(session, memory)
    names = ("changed", "same", "held", "set")
    return {"url": _result_url(memory), **{name: memory[name] for name in names}}


def _do(
    session: Session, view: Any, wish: Wish, block: Sequence[Any], memory: dict[str, Any]
) -> None:
    outcome = Outcome()
    with changesets.record(
        session,
        ChangeKind.BULK_EDIT,
        resource=view.resource,
        label=label_of(wish),
        key=memory["set"],
    ) as key:
        bulk_rows.change(view, block, wish.edit(), outcome, {})
    memory |= {
        "set": key,
        "changed": memory["changed"] + outcome.changed,
        "same": memory["same"] + outcome.same,
    }
    for text, reason in (*outcome.refused.items(), *outcome.doubted.items()):
        memory["held"][text] = memory["held"].get(text, 0) + reason.count


def _screen(resource: str) -> Any:
    known = registered.screens().values()
    view = next((screen for screen in known if screen.resource == resource), None)
    if view is None or not view.may("can_edit"):
        raise DomainError("You may not change these records any more.")
    return view


def _wish_of(view: Any, arguments: dict[str, Any]) -> Wish:
    posted = MultiDict([(name, text) for name, text in arguments["posted"]])
    for name in arguments["names"]:
        posted.add("change", name)
    posted["tagging"] = arguments["tagging"]
    if arguments["confirmed"]:
        posted["confirm"] = "1"
    wish = wish_posted(view, posted, bulk_fields(view))
    if wish.names != arguments["names"] or not wish.entry.validate():
        raise DomainError("You may not change these records any more.")
    return wish


def _tell(session: Session, memory: dict[str, Any]) -> None:
    """That it is done is told of every job; of this one also what was left as it was."""
    held: dict[str, int] = memory["held"]
    if held:
        reasons = "; ".join(f"{text} ({count})" for text, count in held.items())
        text = "%(count)s records stay as they are: %(reasons)s"
        person = principal.current().user_id
        notify(session, [person], text, kind="job", count=sum(held.values()), reasons=reasons)


def _result_url(memory: dict[str, Any]) -> str | None:
    return "/changes/" if memory["changed"] else None
