"""What a change of access would do, person by person, for the preview before it is saved."""

from dataclasses import dataclass
from itertools import groupby

from flask_babel import gettext as _

from app.lowcode import registered
from app.lowcode.access.simulate import Effect, RoleChange, RuleChange, simulate
from app.lowcode.naming import title_from


@dataclass(slots=True)
class EffectRow:
    """Rows of one kind: gained and lost by reading, then by changing."""

    label: str
    read: tuple[int, int]
    write: tuple[int, int]


@dataclass(slots=True)
class PersonEffect:
    person: str
    rows: list[EffectRow]


def effects_of(change: RoleChange | RuleChange) -> list[PersonEffect]:
    """The effects of a change by person and kind of record; DomainError as `simulate` raises it."""
    people = groupby(simulate(change), key=lambda effect: (effect.user_id, effect.person))
    return [
        PersonEffect(person, [_row(list(rows)) for _entity, rows in groupby(own, _entity_of)])
        for (_key, person), own in people
    ]


def _entity_of(effect: Effect) -> str:
    return effect.entity


def _row(effects: list[Effect]) -> EffectRow:
    counts = {str(effect.access): (effect.gained, effect.lost) for effect in effects}
    none = (0, 0)
    return EffectRow(
        entity_label(effects[0].entity), counts.get("read", none), counts.get("write", none)
    )


def entity_label(entity: str) -> str:
    """What an entity's list is called in the reader's language."""
    screens = registered.screens().items()
    view = next((view for model, view in screens if model.__name__ == entity), None)
    return str(view.list_title) if view else _(title_from(entity))
