"""What the page of a form shows."""

from dataclasses import dataclass, field
from typing import Any

from app.lowcode.pages.cells import Column


@dataclass(slots=True)
class FormSection:
    title: str
    #: bound WTForms fields
    fields: list[Any]
    #: shown only while these fields hold one of these values: {"kind": ["company"]}
    when: dict[str, list[str]] = field(default_factory=dict)
    visible: bool = True


@dataclass(slots=True)
class FormLines:
    """Inline rows. Field names are `<name>-<index>-<column>`; `blank` has the index `__index__`."""

    name: str
    title: str
    columns: list[Column]
    #: each row: bound WTForms fields in column order (a hidden `id` field first)
    rows: list[Any]
    blank: Any
    #: POST the whole form here to get {"lines": [{column: text}], "totals": [[label, text]]}
    totals_url: str | None
    totals: list[tuple[str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class FormPage:
    title: str
    resource: str
    action_url: str
    cancel_url: str
    form: Any
    #: FormSection and FormLines in order
    parts: list[Any]
    #: errors that belong to no field
    errors: list[str]
    #: "add" or "edit"
    mode: str
    help_url: str | None
    #: duplicate warnings and the like: shown with a "save anyway" box when `confirm` is set
    warnings: list[tuple[str, str | None]] = field(default_factory=list)
    confirm: bool = False
    #: posted back: record version (edit) and idempotency key (add)
    version: int | None = None
    key: str | None = None
    #: does it hold what was typed and is not saved?
    unsaved: bool = False
    #: what the button that sends it says, default "Save"
    save_label: str = ""
    save_icon: str = "device-floppy"
    #: (name, value) pairs to post along
    hidden: list[tuple[str, str]] = field(default_factory=list)
    #: POST the form here for a part that tells what saving it would change
    preview_url: str | None = None
    #: address to go back to after saving inside a dialog ("create new" of a picker)
    is_dialog: bool = False


def is_lines(part: Any) -> bool:
    """For templates: is this part of a form a table of inline rows?"""
    return isinstance(part, FormLines)
