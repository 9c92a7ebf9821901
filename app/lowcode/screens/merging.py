"""Two people, one record: what each changed since the form was opened, put together or to choose.

Compared is what stands in the inputs, so that "12" and "12.00" are the same and nothing counts as
changed that nobody touched. The values the form opened with travel in the form itself: they are
compared with nothing but what the same person posts, so there is nothing to gain by altering them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _
from wtforms import Form

from app.lowcode.fields.base import label_for
from app.lowcode.fields.inputs import FlagField, PickerField, TagsInput
from app.lowcode.screens.declare import Section
from app.lowcode.screens.forms import EntryForm, LineForms
from app.rules.errors import DomainError

#: what an input posts: one text, several for tags, none where it is empty
Texts = list[str]
#: column → what its input held, of one row
Row = dict[str, Texts]

MINE, THEIRS, BOTH, OPEN = "mine", "theirs", "both", ""


@dataclass(slots=True)
class Difference:
    """One input in which the two differ, in words and as it is posted."""

    name: str
    label: str
    #: None where nobody knows what the form opened with
    base: str | None
    mine: str
    theirs: str
    mine_value: str
    theirs_value: str
    #: MINE or THEIRS where only that one changed it, BOTH for sets put together, OPEN to choose
    chosen: str


@dataclass(slots=True)
class Group:
    """The differences of one section of the form, or of one inline line."""

    title: str
    differences: list[Difference] = field(default_factory=list)


@dataclass(slots=True)
class ConflictPage:
    """The context of `conflict.html`."""

    title: str
    action_url: str
    cancel_url: str
    who: str
    when: str | None
    groups: list[Group]
    hidden: list[tuple[str, str]]
    version: int
    help_url: str | None = None


# what a form holds ------------------------------------------------------------------
def texts_of(entry: Any) -> Texts:
    """What an input holds, written one way; as typed where it cannot be read."""
    if entry.process_errors:
        return [str(text) for text in entry.raw_data or []]
    if isinstance(entry, FlagField):
        return ["y"] if entry.data else []
    if isinstance(entry, TagsInput):
        return sorted(str(row.id) for row in entry.data or [])
    if entry.data in (None, ""):
        return []
    is_row = isinstance(entry, PickerField)
    return [str(entry.data.id) if is_row else entry.source.typed(entry.data)]


def _inputs(form: Form, names: Sequence[str]) -> dict[str, Any]:
    """The inputs among `names` that the person may fill."""
    return {name: form[name] for name in names if not getattr(form[name], "locked", False)}


def _section_inputs(entry: EntryForm) -> dict[str, Any]:
    return _inputs(entry.form, [item.short_name for item in entry.form])


def _row(form: Form, names: Sequence[str]) -> Row:
    return {name: texts_of(item) for name, item in _inputs(form, names).items()}


def _key(row: Form) -> str:
    return str(row["id"].data or "")


def base_of(entry: EntryForm) -> str:
    """What an edit form opens with, as JSON; one that is shown again keeps what it opened with."""
    if entry.posted is not None and "base" in entry.posted:
        return str(entry.posted["base"])
    lines = {
        part.part.name: {_key(row): _row(row, part.names) for row in part.rows}
        for part in entry.lines
    }
    fields = {name: texts_of(item) for name, item in _section_inputs(entry).items()}
    return json.dumps({"fields": fields, "lines": lines}, ensure_ascii=False)


def _read_base(text: str) -> dict[str, Any]:
    """{} for what no form of ours has sent: then nothing is known and everything is asked."""
    try:
        base = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return base if isinstance(base, dict) else {}


def _at(base: Any, *names: str) -> Any:
    for name in names:
        base = base.get(name) if isinstance(base, dict) else None
    return base


# merging ----------------------------------------------------------------------------
class Merge:
    """`mine` as posted, `theirs` as saved: `groups` of differences and the inputs to carry on."""

    def __init__(self, mine: EntryForm, theirs: EntryForm) -> None:
        self.mine, self.theirs = mine, theirs
        self.base = _read_base((mine.posted or {}).get("base", ""))
        self.groups: list[Group] = []
        self.hidden: list[tuple[str, str]] = []
        self._sections()
        for own, other in zip(mine.lines, theirs.lines, strict=True):
            self._lines(own, other)
        self.groups = [group for group in self.groups if group.differences]

    @property
    def is_all_mine(self) -> bool:
        """Did the other one change nothing that this form shows?"""
        return all(one.chosen == MINE for group in self.groups for one in group.differences)

    def page(self, title: str, action_url: str, cancel_url: str) -> ConflictPage:
        item = self.theirs.item
        return ConflictPage(
            title=title,
            action_url=action_url,
            cancel_url=cancel_url,
            who=_who(item),
            when=_when(item),
            groups=self.groups,
            hidden=[*self.hidden, ("base", base_of(self.theirs))],
            version=item.version,
            help_url=self.mine.view.help_url,
        )

    def _sections(self) -> None:
        inputs, others = _section_inputs(self.mine), _section_inputs(self.theirs)
        for part in self.mine.view.form:
            if not isinstance(part, Section):
                continue
            group = self._group(_(part.title))
            for name in part.fields:
                if name in inputs:
                    self._input(group, inputs[name], others[name], _at(self.base, "fields", name))

    def _group(self, title: str) -> Group:
        self.groups.append(Group(title))
        return self.groups[-1]

    def _input(self, group: Group, mine: Any, theirs: Any, base: Any, name: str = "") -> None:
        own, other = texts_of(mine), texts_of(theirs)
        base = base if isinstance(base, list) else None
        name = name or mine.name
        if own == other:
            self._carry(name, other)
            return
        if isinstance(mine, TagsInput):
            together = _united(own, other, base)
            self._carry(name, together)
            chosen = BOTH
        else:
            chosen = THEIRS if own == base else MINE if other == base else OPEN
        group.differences.append(
            Difference(
                name=name,
                label=str(mine.label.text),
                base=None if base is None else words(mine, base),
                mine=words(mine, own),
                theirs=words(mine, other),
                mine_value="".join(own[:1]),
                theirs_value="".join(other[:1]),
                chosen=chosen,
            )
        )

    def _carry(self, name: str, texts: Texts) -> None:
        self.hidden += [(name, text) for text in texts]

    # inline lines
    def _lines(self, own: LineForms, other: LineForms) -> None:
        name = own.part.name
        title = _(own.part.title) if own.part.title else str(label_for(name, {}))
        base = _at(self.base, "lines", name)
        stored = {_key(row): row for row in other.rows}
        for number, (key, mine) in enumerate(_in_order(own.rows, stored)):
            prefix = f"{name}-{number}"
            theirs, before = stored.get(key), _at(base, key)
            group = self._group(f"{title} {number + 1}")
            if theirs is not None:
                self._carry(f"{prefix}-id", [key])
            if mine is not None and theirs is not None:
                for column, item in _inputs(mine, own.names).items():
                    there = f"{prefix}-{column}"
                    self._input(group, item, theirs[column], _at(before, column), there)
                continue
            for column, texts in _row(mine or theirs, own.names).items():
                self._carry(f"{prefix}-{column}", texts)
            if key:
                known = None if base is None else before or {}
                group.differences.append(
                    _whole_line(f"{prefix}-drop", own.names, mine, theirs, known)
                )


# Roles have versions, but not the stamps of records.
def _who(item: Any) -> str:
    person = getattr(item, "changed_by", None)
    return repr(person) if person else _("Somebody else")


def _when(item: Any) -> str | None:
    moment = getattr(item, "changed_on", None)
    return format_datetime(moment, "yyyy-MM-dd HH:mm") if moment else None


def _in_order(rows: Sequence[Form], stored: Mapping[str, Form]) -> Iterator[tuple[str, Any]]:
    """(key, my row or None): mine as I have them, then what only the other one has."""
    yield from ((_key(row), row) for row in rows)
    own = {_key(row) for row in rows}
    yield from ((key, None) for key in stored if key not in own)


def _united(mine: Texts, theirs: Texts, base: Texts | None) -> Texts:
    """What both have, and what either has added; what either has taken out of `base` is gone."""
    before = set(base or ())
    both = set(mine) & set(theirs)
    return sorted(both | (set(mine) ^ set(theirs)) - before)


def _whole_line(
    name: str, names: Sequence[str], mine: Any, theirs: Any, base: Row | None
) -> Difference:
    """A line that one of the two does not have; `base`: {} where it is new, None for unknown."""
    there = mine or theirs
    gone = _("no such line")
    untouched = MINE if mine is None else THEIRS
    if base is None:
        chosen = OPEN
    elif not base:
        chosen = THEIRS  # it was added meanwhile
    else:
        chosen = untouched if _row(there, names) == base else OPEN
    texts = "" if base is None else _line_words(there, names, base)
    return Difference(
        name=name,
        label=_("Whole line"),
        base=None if base is None else texts or gone,
        mine=gone if mine is None else _line_words(mine, names),
        theirs=gone if theirs is None else _line_words(theirs, names),
        mine_value="1" if mine is None else "",
        theirs_value="1" if theirs is None else "",
        chosen=chosen,
    )


def _line_words(row: Form, names: Sequence[str], texts: Row | None = None) -> str:
    if texts is None:
        texts = _row(row, names)
    return " · ".join(words(row[name], texts[name]) for name in names if texts.get(name))


def words(item: Any, texts: Texts) -> str:
    """What an input holds, for people."""
    if isinstance(item, FlagField):
        return _("Yes") if texts else _("No")
    if not texts:
        return _("empty")
    try:
        return str(
            item.source.text(item.source.read(texts if isinstance(item, TagsInput) else texts[0]))
        )
    except DomainError:
        return ", ".join(map(str, texts))
