"""Related rows that a file names and nobody has made yet: made where the mapping allows it."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.lowcode import field_rights
from app.lowcode.fields.inputs import translated
from app.lowcode.importing.lookups import Link, Lookups, Missing
from app.lowcode.importing.rows import Draft
from app.lowcode.importing.writing import default_of, defaulted
from app.lowcode.screens.saving import FieldErrors, save
from app.rules.errors import DomainError, InvalidInput

#: what may be wrong with a row when it is written; anything else ends the import
REFUSED = (DomainError, IntegrityError, DataError, StaleDataError)


class MissingRows:
    """Puts links in the place of what is missing, or errors where it may not be made."""

    def __init__(
        self, session: Session, view: Any, creatable: Sequence[str], lookups: Lookups
    ) -> None:
        self._session, self._view, self._lookups = session, view, lookups
        self._creatable = creatable

    def settle(self, draft: Draft) -> None:
        missing = draft.missing()
        refused = [entry for entry in missing if entry[0] not in self._creatable]
        for path, place, item in refused:
            error = InvalidInput(
                "There is no %(label)s %(value)s.", label=item.field.label, value=item.text
            )
            draft.refuse(path, translated(error), place)
        if refused:
            return
        for path, _place, item in missing:
            # The row before may have made it.
            link = self._lookups.find(item.field, item.text, item.by)
            if isinstance(link, Missing):
                link = self._create(draft, path, item)
            if link is not None:
                _replace(draft.values, path, item, link)

    def _create(self, draft: Draft, path: str, item: Missing) -> Link | None:
        target = item.field.target
        screen = self._view.screen_of(target)
        try:
            if screen is None or not screen.may("can_add"):
                raise DomainError("You may not add %(value)s.", value=item.text)
            with self._session.begin_nested():
                row = target(**{target.label_column: item.text})
                field_rights.by_hand(row, [target.label_column])
                if target.code_column:
                    code = getattr(target, target.code_column)
                    setattr(row, code.key, item.text[: code.type.length])
                defaults = {field.name: default_of(field) for field in defaulted(screen)}
                for name in [name for name in defaults if getattr(row, name) is None]:
                    setattr(row, name, defaults[name])
                save(screen, row, {}, is_new=True)
        except REFUSED as error:
            draft.refuse(path, reason(error))
            return None
        self._lookups.note(row)
        return Link(target, row.id)


def reason(error: Exception) -> str:
    """What a person may know of a refusal: never the words of the database."""
    if isinstance(error, FieldErrors):
        return " ".join(text for texts in error.errors.values() for text in texts)
    if isinstance(error, DomainError):
        return translated(error)
    if isinstance(error, StaleDataError):
        return _("Somebody else changed this entry in the meantime.")
    return _("This would repeat or break something that already exists.")


def _replace(values: dict[str, Any], path: str, item: Missing, link: Link) -> None:
    value = values[path]
    values[path] = [link if v is item else v for v in value] if isinstance(value, list) else link
