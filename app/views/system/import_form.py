"""The page that says which column is which field, and the mapping that is posted back from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.lowcode.fields.relations import RelationField
from app.lowcode.importing.choosing import kept_names
from app.lowcode.importing.mapping import Mapping, Source, column_names
from app.lowcode.importing.runs import Sample
from app.lowcode.importing.targets import Target, is_word, needed, targets_of
from app.lowcode.pages import Choice
from app.rules.errors import InvalidInput
from app.rules.imports import Alike, ImportMode

#: fixed values that can be given besides the file's columns
FIXED = 3
ORDERS = {
    "ymd": lazy_gettext("Year first (2026-03-05)"),
    "dmy": lazy_gettext("Day first (05/03/2026)"),
    "mdy": lazy_gettext("Month first (03/05/2026)"),
}


@dataclass(slots=True)
class ColumnRow:
    """One column of the file: its name, a few of its cells and the fields to choose from."""

    index: int
    name: str
    samples: list[str]
    choices: list[Choice]


@dataclass(slots=True)
class FixedRow:
    index: int
    choices: list[Choice]
    text: str


@dataclass(slots=True)
class MappingPage:
    """What the template shows."""

    title: str
    columns: list[ColumnRow]
    fixed: list[FixedRow]
    needed: list[str]
    match: list[Choice]
    modes: list[Choice]
    orders: list[Choice]
    #: empty where nothing says what makes two entries alike
    alike: list[Choice]
    overflow: list[Choice]
    #: columns by which rows are one record; empty where a record has no inline lines
    group: list[Choice]
    creatable: list[Choice]
    null_is_empty: bool
    keep_filled: bool
    #: of a workbook
    sheets: list[Choice]
    kept: list[Choice]
    error: str = ""
    keep_as: str = ""
    help_url: str = "/help/import"


def mapping_page(
    session: Session,
    view: Any,
    sample: Sample,
    mapping: Mapping,
    used: str,
    posted: MultiDict[str, str] | None = None,
) -> MappingPage:
    """The page for a file with this header; what was `posted` is chosen, else the `mapping`."""
    targets, due = targets_of(view), needed(view)
    names = column_names(sample.header)
    if posted is not None:
        mapping = _with_options(view, posted, {})
        chosen = [posted.get(f"column-{place}", "") for place in range(len(names))]
        fixed = [
            (posted.get(f"fixed-{place}", ""), posted.get(f"fixed-text-{place}", ""))
            for place in range(FIXED)
        ]
    else:
        by_column = {s.column: path for path, s in mapping.fields.items() if s.column}
        chosen = [by_column.get(name, "") for name in names]
        fixed = [(path, s.text) for path, s in mapping.fields.items() if not s.columns]
        fixed += [("", "")] * (FIXED - len(fixed))
    return MappingPage(
        title=_("Columns of the file"),
        columns=[
            ColumnRow(place, name, list(cells), _fields(targets, due, chosen[place]))
            for place, (name, cells) in enumerate(zip(names, sample.columns, strict=True))
        ],
        fixed=[
            FixedRow(place, _fields(targets, due, path), text)
            for place, (path, text) in enumerate(fixed)
        ],
        needed=[target.label for target in due.values()],
        match=_match_choices(view, targets, mapping),
        modes=[Choice(m.value, _(m.label), None, m is mapping.mode) for m in ImportMode],
        orders=[
            Choice(code, str(label), None, code == mapping.date_order)
            for code, label in ORDERS.items()
        ],
        alike=[Choice(a.value, _(a.label), None, a is mapping.alike) for a in Alike]
        if getattr(view.model, "match_rules", ())
        else [],
        overflow=[Choice(name, name, None, name == mapping.overflow) for name in names],
        group=[Choice(name, name, None, name in mapping.group) for name in names]
        if any(target.lines for target in targets.values())
        else [],
        creatable=[
            Choice(target.path, target.label, None, target.path in mapping.create_missing)
            for target in targets.values()
            if is_word(view, target) and view.screen_of(target.field.target).may("can_add")
        ],
        null_is_empty="NULL" in mapping.empty,
        keep_filled=mapping.keep_filled,
        sheets=[Choice(name, name, None, name == sample.sheet) for name in sample.sheets],
        kept=[Choice(n, n, None, n == used) for n in kept_names(session, view.resource)],
        keep_as=used,
    )


def posted_mapping(
    view: Any, header: Sequence[str], posted: MultiDict[str, str], kept: Mapping
) -> Mapping:
    """The mapping as the form was sent; InvalidInput where a field is chosen twice.

    What the form does not show, the words that mean others and the corrections, stays as `kept`.
    """
    targets = targets_of(view)
    names = column_names(header)
    chosen = [(posted.get(f"column-{i}", ""), Source(column=name)) for i, name in enumerate(names)]
    for place in range(FIXED):
        text = posted.get(f"fixed-text-{place}", "").strip()
        if text:
            # Braces would be columns.
            clean = text.translate(str.maketrans("{}", "()"))
            chosen.append((posted.get(f"fixed-{place}", ""), Source(text=clean)))
    fields: dict[str, Source] = {}
    for path, source in chosen:
        if not path:
            continue
        if path not in targets:
            raise InvalidInput("There is no field %(name)s to import into.", name=path)
        if path in fields:
            raise InvalidInput("%(label)s is chosen twice.", label=targets[path].label)
        before = kept.fields.get(path, source)
        fields[path] = before if source.column and before.column == source.column else source
    if not fields:
        raise InvalidInput("Choose a field for at least one column.")
    mapping = _with_options(view, posted, fields)
    return replace(mapping, corrections=kept.corrections)


def _with_options(view: Any, posted: MultiDict[str, str], fields: dict[str, Source]) -> Mapping:
    content = {
        "resource": view.resource,
        "fields": {path: source.to_json() for path, source in fields.items()},
        "match": [name for name in posted.get("match", "").split(",") if name],
        "mode": posted.get("mode", ImportMode.BOTH),
        "alike": posted.get("alike", Alike.CREATE),
        "date_order": posted.get("date_order", "ymd"),
        "empty": ["NULL"] if posted.get("null_is_empty") else [],
        "keep_filled": bool(posted.get("keep_filled")),
        "overflow": posted.get("overflow", ""),
        "group": [name for name in posted.getlist("group") if name],
        "create_missing": posted.getlist("create_missing"),
    }
    return Mapping.from_json(content)


def fitting(mapping: Mapping, header: Sequence[str]) -> Mapping:
    """A kept mapping without the fields whose columns this file does not have."""
    names = set(column_names(header))
    content = mapping.to_json()
    content["fields"] = {
        path: source.to_json()
        for path, source in mapping.fields.items()
        if names.issuperset(source.columns)
    }
    if mapping.overflow not in names:
        content.pop("overflow", None)
    if not names.issuperset(mapping.group):
        content.pop("group", None)
    content["corrections"] = {k: v for k, v in mapping.corrections.items() if k in names}
    return Mapping.from_json(content)


def _fields(targets: dict[str, Target], due: dict[str, Target], chosen: str) -> list[Choice]:
    return [
        Choice(path, target.label + (" *" if path in due else ""), None, path == chosen)
        for path, target in targets.items()
    ]


def _match_choices(view: Any, targets: dict[str, Target], mapping: Mapping) -> list[Choice]:
    """The screen's own way first, then each of its keys alone."""
    keys = [key for key in view.match_keys if key in targets]
    narrowing = [key for key in keys if isinstance(targets[key].field, RelationField)]
    deciding = [key for key in keys if key not in narrowing]
    ways = [(*narrowing, key) for key in deciding] if len(deciding) > 1 else []
    chosen = ",".join(mapping.match)
    either = ", ".join(targets[key].label for key in deciding)
    own = _("%(keys)s, whichever the row has first", keys=either)
    choices = [Choice("", own if ways else _labels(targets, keys), None, not chosen)]
    return choices + [
        Choice(",".join(way), _labels(targets, way), None, ",".join(way) == chosen) for way in ways
    ]


def _labels(targets: dict[str, Target], keys: Sequence[str]) -> str:
    return " + ".join(targets[key].label for key in keys) or _("Nothing: every row is new")
