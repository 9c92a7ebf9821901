"""Add and edit forms: built from the declaration, re-shown with everything typed when refused."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from flask import request
from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy import inspect
from werkzeug.datastructures import MultiDict
from wtforms import Form

from app.lowcode import field_rights, once, principal
from app.lowcode.fields import field_of
from app.lowcode.fields.at_hand import at_hand
from app.lowcode.fields.base import label_for
from app.lowcode.fields.inputs import translated
from app.lowcode.fields.relations import RelatedField, key_of
from app.lowcode.once_rendered import address
from app.lowcode.pages import Column, FormLines, FormPage, FormSection
from app.lowcode.screens.declare import Lines, Section
from app.lowcode.screens.form_classes import form_class, limits_of, line_class
from app.lowcode.screens.named import named_rows
from app.lowcode.screens.opening import Filled
from app.lowcode.screens.saving import FieldErrors, is_visible
from app.rules.errors import DomainError

MOST_LINES = 1000


class LineForms:
    """The inline rows of one `Lines` part: as posted, else as saved."""

    def __init__(
        self, part: Lines, view: Any, item: Any, posted: MultiDict[str, str] | None
    ) -> None:
        self.part, self.view, self.item = part, view, item
        self.model = inspect(view.model).relationships[part.name].mapper.class_
        self.shown = [name for name in part.columns if name not in part.computed]
        limits = limits_of(self.model, self.shown)
        #: the columns that are typed; the others of `shown` are only looked at
        self.names = [name for name in self.shown if name not in dict(limits)]
        computed = tuple(part.computed)
        self.form_class = line_class(self.model, tuple(self.shown), limits, computed)
        self.errors: list[str] = []
        self.rows = self._posted(posted) if posted is not None else self._saved()

    def _posted(self, posted: MultiDict[str, str]) -> list[Form]:
        name = self.part.name
        pattern = re.compile(rf"{re.escape(name)}-(\d+)-")
        found = [pattern.match(typed) for typed in posted if typed.startswith(name)]
        indexes = sorted({int(match.group(1)) for match in found if match})
        # Whoever compares two versions says so of a line that is to go.
        indexes = [n for n in indexes if not posted.get(f"{self.part.name}-{n}-drop")]
        saved = {str(line.id): line for line in getattr(self.item, self.part.name) or []}
        rows = [
            self.form_class(posted, obj=saved.get(posted.get(f"{prefix}-id", "")), prefix=prefix)
            for prefix in (f"{self.part.name}-{index}" for index in indexes)
        ]
        return [row for row in rows if row["id"].data or any(_typed(row[n]) for n in self.names)]

    def _saved(self) -> list[Form]:
        return [
            self.form_class(obj=line, prefix=f"{self.part.name}-{index}")
            for index, line in enumerate(getattr(self.item, self.part.name) or [])
        ]

    def validate(self) -> bool:
        if len(self.rows) > MOST_LINES:
            self.errors.append(_("At most %(limit)s lines, please.", limit=MOST_LINES))
        good = [row.validate() for row in self.rows]  # each of them, for all the messages
        return all(good) and not self.errors

    def values(self) -> list[dict[str, Any]]:
        return [
            {
                "id": key_of(row["id"].data),
                **{name: row[name].data for name in self.names},
            }
            for row in self.rows
        ]

    def drafts(self) -> list[Any]:
        """Unsaved lines holding what is typed, for computed columns and totals."""
        drafts = []
        for row in self.rows:
            line = self.model()
            for name in self.shown:
                setattr(line, name, row[name].data)
            drafts.append(line)
        return drafts

    def page(self, totals_url: str | None) -> FormLines:
        drafts = self.drafts()
        for row, texts in zip(self.rows, line_texts(self.part, drafts), strict=True):
            for name, text in texts.items():
                row[name].text = text
        usual = usual_texts(self.part, self.model, drafts)
        for row, texts in zip(self.rows, usual, strict=True):
            for name in texts.keys() & set(self.names):
                row[name].placeholder = texts[name]
        return FormLines(
            name=self.part.name,
            title=_(self.part.title) if self.part.title else str(label_for(self.part.name, {})),
            columns=[self._column(name) for name in self.part.columns],
            rows=[self._fields(row) for row in self.rows],
            blank=self._fields(self.form_class(prefix=f"{self.part.name}-__index__-")),
            totals_url=totals_url if self.part.totals or self.part.computed else None,
            totals=line_totals(self.part, drafts),
            errors=self.errors,
        )

    def _fields(self, row: Form) -> list[Any]:
        """The hidden key, then the fields in column order."""
        for name in self.names:
            siblings = {*self.names, *self.part.narrowed_by}
            self.view.wire_picker(row[name], f"{self.part.name}.{name}", siblings)
        return [row["id"], *(row[name] for name in self.part.columns)]

    def _column(self, name: str) -> Column:
        if name in self.part.computed:
            return Column(name, str(label_for(name, {})), "money", "right")
        field = field_of(self.model, name)
        return Column(name, str(field.label), field.kind, field.align)


def _typed(field: Any) -> bool:
    raw = [text for text in field.raw_data or [] if str(text).strip()]
    return bool(raw) and field.kind != "flag"


def line_texts(part: Lines, lines: list[Any]) -> list[dict[str, str]]:
    """The computed columns of each line as shown."""
    return [
        {name: number_text(_quietly(compute, line)) for name, compute in part.computed.items()}
        for line in lines
    ]


def usual_texts(part: Lines, model: type[Any], lines: list[Any]) -> list[dict[str, str]]:
    """What the empty inputs of each line stand for."""
    fields = {name: field_of(model, name) for name in part.usual}
    return [
        {name: fields[name].text(_quietly(usual, line)) for name, usual in part.usual.items()}
        for line in lines
    ]


def line_totals(part: Lines, lines: list[Any]) -> list[tuple[str, str]]:
    pairs = _quietly(part.totals, lines) if part.totals else []
    return [(_(label), number_text(value)) for label, value in pairs or []]


def _quietly(compute: Any, argument: Any) -> Any:
    """Half-typed lines have gaps: what cannot be computed yet is shown as nothing."""
    try:
        return compute(argument)
    except (TypeError, AttributeError, ValueError):
        return None


def number_text(value: Any) -> str:
    return "" if value is None else format_decimal(value, "#,##0.00##")


class EntryForm:
    """One open form: the fields and lines of a view for one item, posted or not."""

    def __init__(
        self,
        view: Any,
        item: Any,
        posted: MultiDict[str, str] | None,
        prefill: Mapping[str, Any],
        parts: Sequence[Any] | None = None,
        filled: Filled | None = None,
    ) -> None:
        """`parts`: instead of all those that the person sees; `filled`: the item with what is known
        of the rows that it names."""
        self.view, self.item, self.posted = view, item, posted
        self.errors: list[str] = []
        #: (text, address): doubts that saving once more confirms, and what is only to be known
        self.doubts: list[tuple[str, str | None]] = []
        self.notes: list[tuple[str, str | None]] = []
        self.key = (posted or {}).get("key") or once.new_key()
        self.parts = view.seen.form if parts is None else parts
        self.writable = view.seen.writable
        names = [name for part in self.parts if isinstance(part, Section) for name in part.fields]
        lines = [part for part in self.parts if isinstance(part, Lines)]
        made = form_class(view.model, tuple(names), limits_of(view.model, names))
        with at_hand(named_rows(view.model, lines, posted or MultiDict())):
            # A new row has no values yet; its None would hide what the form should start with.
            saved = None if item.id is None else filled or item
            self.form = made(posted, obj=saved, data=prefill)
            self.lines = [LineForms(part, view, item, posted) for part in lines]

    def value_of(self, name: str) -> Any:
        return self.form[name].data if name in self.form else getattr(self.item, name)

    @cached_property
    def shown(self) -> list[str]:
        """The fields that are read: visible ones that the person may write."""
        return [
            name
            for part in self.parts
            if isinstance(part, Section) and is_visible(part.when, self.value_of)
            for name in part.fields
            if name in self.writable
        ]

    def _shown_lines(self) -> list[LineForms]:
        return [lines for lines in self.lines if is_visible(lines.part.when, self.value_of)]

    def validate(self) -> bool:
        """Reads every visible field; hidden ones are neither checked nor saved."""
        good = [self.form[name].validate(self.form) for name in self.shown]
        good += [lines.validate() for lines in self._shown_lines()]
        return all(good)

    def values(self) -> dict[str, Any]:
        values = {name: self.form[name].data for name in self.shown}
        return values | {lines.part.name: lines.values() for lines in self._shown_lines()}

    def refuse(self, error: FieldErrors) -> None:
        """Put the messages of a refused save beside their fields."""
        for name, messages in error.errors.items():
            bare = name.removesuffix("_id")
            target = next((n for n in (name, bare) if n in self.form and n in self.shown), None)
            if target:
                self.form[target].errors = [*self.form[target].errors, *messages]
                continue
            lines = next((lines for lines in self.lines if lines.part.name == name), None)
            (lines.errors if lines else self.errors).extend(messages)

    def page(self, mode: str, action_url: str, cancel_url: str, title: str) -> FormPage:
        siblings = {
            name for part in self.parts if isinstance(part, Section) for name in part.fields
        }
        for field in self.form:
            self.view.wire_picker(field, field.short_name, siblings)
        parts: list[Any] = []
        lines = iter(self.lines)
        for part in self.parts:
            if isinstance(part, Section):
                parts.append(self._section(part))
            else:
                totals_url = address(f"{self.view.endpoint}.sum_lines", name=part.name)
                parts.append(next(lines).page(totals_url))
        return FormPage(
            title=title,
            resource=self.view.resource,
            action_url=action_url,
            cancel_url=cancel_url,
            form=self.form,
            parts=parts,
            errors=self.errors,
            mode=mode,
            help_url=self.view.help_url,
            warnings=[*self.notes, *self.doubts],
            confirm=bool(self.doubts),
            key=self.key if mode == "add" else None,
            version=getattr(self.item, "version", None) if mode == "edit" else None,
            is_dialog=bool(request.args.get("dialog")),
            preview_url=self.view.preview_url(self.item),
        )

    def _section(self, part: Section) -> FormSection:
        fields = [self.form[name] for name in part.fields]
        visible = is_visible(part.when, self.value_of)
        # The page follows what it can read there; what is hidden from it stays as it is.
        open_ = all(field_rights.readable(self.view.model, n) and n in self.form for n in part.when)
        when = {name: list(values) for name, values in part.when.items()} if open_ else {}
        return FormSection(_(part.title), fields if visible or open_ else [], when, visible)


def prefill(view: Any, args: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Start values of a new row: column defaults, the acting person as owner, the address's
    wishes; and by field name what was wished for and cannot be."""
    values: dict[str, Any] = dict(view.start_values())
    errors: dict[str, list[str]] = {}
    model = view.model
    names = [name for part in view.form if isinstance(part, Section) for name in part.fields]
    for name in names:
        field = field_of(model, name)
        if isinstance(field, RelatedField):
            user_id = principal.current().user_id
            if name in view.defaults_to_me and user_id:
                values[name] = field.by_key(user_id)
        elif name not in values:
            default = getattr(field.column, "default", None)
            if default is not None:
                values[name] = default.arg(None) if default.is_callable else default.arg
        wish = args.get(name)
        if wish and name in view.seen.writable:
            try:
                values[name] = field.read(wish)
            except DomainError as error:
                errors[name] = [translated(error)]
    return values, errors
