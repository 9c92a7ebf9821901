"""What of a screen a file can fill: the fields of its form and the columns of its inline lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import inspect

from app.entities.base import SHARED, Entity
from app.lowcode import field_rights, registered
from app.lowcode.fields import Field, field_of
from app.lowcode.fields.base import label_for
from app.lowcode.fields.relations import RelatedField
from app.lowcode.importing.guessing import FieldHint, guess_mapping
from app.lowcode.importing.mapping import Mapping, Source, column_names, numbered
from app.lowcode.screens.declare import Lines, Section
from app.rules.errors import DomainError, InvalidInput
from app.rules.imports import ImportMode

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Target:
    """One thing that a column may fill."""

    path: str
    field: Field
    #: name of the `Lines` part the field is a column of, "" for the row's own fields
    lines: str = ""

    @property
    def is_writable(self) -> bool:
        """May the acting person fill it? What is only read can still say which row is meant."""
        return field_rights.writable(self.field.model, self.field.name)

    @property
    def label(self) -> str:
        own = str(self.field.label)
        return f"{label_for(self.lines, {})}: {own}" if self.lines else own

    @property
    def is_needed(self) -> bool:
        """Must a new row be given this by the file, because nothing else fills it?"""
        return not self.lines and self.field.required and not has_default(self.field)


def has_default(field: Field) -> bool:
    """Does a new row have a value before anybody gives one?"""
    if isinstance(field, RelatedField):
        return False
    column = inspect(field.model).column_attrs[field.name].columns[0]
    return column.default is not None or column.server_default is not None


def screens() -> dict[str, Any]:
    """Every registered screen by its resource name."""
    known = registered.screens().values()
    return {screen.resource: screen for screen in known}


def screen_for(resource: str) -> Any:
    """The screen of a resource that files can be read into; InvalidInput where there is none."""
    screen = screens().get(resource)
    if screen is None or not screen.form:
        raise InvalidInput("There is nothing called %(name)s to import into.", name=resource)
    return screen


def targets_of(view: Any) -> dict[str, Target]:
    """Everything a file may tell of, by path, in the order of the form: what the acting person
    reads there."""
    found: dict[str, Target] = {}
    for part in (*view.seen.form, *view.seen.file_form):
        if isinstance(part, Section):
            names = field_rights.readable_paths(view.model, part.fields)
            found |= {name: Target(name, field_of(view.model, name)) for name in names}
        elif isinstance(part, Lines):
            model = inspect(view.model).relationships[part.name].mapper.class_
            for name in part.columns:
                is_open = name not in part.computed and name in writable(model)
                if is_open and field_rights.readable(model, name):
                    path = f"{part.name}.{name}"
                    found[path] = Target(path, field_of(model, name), part.name)
    return found


def target_of(targets: dict[str, Target], path: str) -> Target:
    """The target of a mapping's path, whichever inline line it is of."""
    return targets[numbered(path)[0]]


def needed(view: Any) -> dict[str, Target]:
    """What a file must say of every new row, because nothing else does."""
    start = {name for name, value in view.start_values().items() if value is not None}
    return {p: t for p, t in targets_of(view).items() if t.is_needed and p not in start}


def writable(model: type[Any]) -> set[str]:
    """Columns and relationships, without properties that are only computed."""
    mapper = inspect(model)
    return {*mapper.column_attrs.keys(), *mapper.relationships.keys()}


def check_mapping(view: Any, mapping: Mapping) -> None:
    """Raises InvalidInput where the mapping does not fit the screen or misses what rows need."""
    targets = targets_of(view)
    names = [*mapping.fields, *mapping.match, *mapping.create_missing]
    if unknown := next((name for name in names if numbered(name)[0] not in targets), None):
        raise InvalidInput("There is no field %(name)s to import into.", name=unknown)
    keys = match_keys(view, mapping)
    if locked := next((n for n in names if n not in keys and not _may_fill(targets, n)), None):
        raise InvalidInput(
            "%(label)s: your role does not allow changing this.",
            label=target_of(targets, locked).label,
        )
    for name in mapping.create_missing:
        if not is_word(view, targets[name]):
            raise InvalidInput(
                "%(label)s cannot be added in passing: it needs more than a name.",
                label=targets[name].label,
            )
    missing = [t.label for path, t in needed(view).items() if path not in mapping.fields]
    if missing and mapping.mode is not ImportMode.UPDATE:
        raise InvalidInput("New rows also need: %(names)s", names=", ".join(missing))


def _may_fill(targets: dict[str, Target], path: str) -> bool:
    return target_of(targets, path).is_writable


def is_word(view: Any, target: Target) -> bool:
    """Is it a row of a plain table, such as tags, that a name (and code) makes whole?"""
    if target.lines or not isinstance(target.field, RelatedField):
        return False
    entity = target.field.target
    screen = view.screen_of(entity)
    if screen is None or entity is view.model or not issubclass(entity, Entity):
        return False
    own = {entity.label_column, entity.code_column}
    numbered = getattr(entity, "number_sequence", None)
    return (
        entity.scope == SHARED
        and not numbered
        and all(part.path in own or not part.is_needed for part in targets_of(screen).values())
    )


def match_keys(view: Any, mapping: Mapping) -> tuple[str, ...]:
    """The columns that find existing rows; of the screen's own those that the person reads."""
    return mapping.match or tuple(field_rights.readable_paths(view.model, view.match_keys))


def refers_to_itself(view: Any, mapping: Mapping) -> bool:
    """Do rows of the file point at rows of their own kind, such as superiors and parents?"""
    targets = targets_of(view)
    return any(
        getattr(target_of(targets, path).field, "target", None) is view.model
        for path in mapping.fields
    )


def guess(view: Any, header: Sequence[str]) -> Mapping:
    """The likely mapping of a file, by its header in either language."""
    keys = view.match_keys
    targets = [t for t in targets_of(view).values() if t.is_writable or t.path in keys]
    names = column_names(header)
    hints = [FieldHint(target.path, _names(target)) for target in targets]
    guessed = guess_mapping(names, hints)
    ordered = sorted((path, names[place]) for place, path in guessed.items())
    return Mapping(view.resource, {path: Source(column=name) for path, name in ordered})


def _names(target: Target) -> list[str]:
    """What people may call it: its label in each language, alone and below its table's name."""
    found = []
    for language in LANGUAGES:
        with force_locale(language):
            found += [str(target.field.label), target.label.replace(":", "")]
    return list(dict.fromkeys(found))


def check_rights(view: Any) -> None:
    """Raises DomainError for somebody who may not bring files into this screen."""
    if not view.may("can_import"):
        raise DomainError("Your role does not allow importing %(name)s.", name=str(_(view.title)))
