"""What a form says before it saves a row that probably exists already."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from app.extensions import db
from app.lowcode import field_rights
from app.lowcode.screens import EntityView
from app.services.duplicates import KEYS, find_duplicates


def duplicate_warnings(view: EntityView, item: Any) -> list[tuple[str, str | None]]:
    """(text, address of the other record or None) for every row like `item`."""
    keys = field_rights.readable_paths(type(item), KEYS)
    found = find_duplicates(db.session, item, keys)
    warnings: list[tuple[str, str | None]] = [
        (
            _("%(name)s (%(code)s) looks the same.", name=row.name, code=row.code),
            view.url_of(row.id),
        )
        for row in found.visible
    ]
    if found.hidden:
        text = ngettext(
            "A colleague has a record that looks the same. Ask your manager before you save.",
            "Colleagues have %(num)d records that look the same. Ask your manager before you save.",
            found.hidden,
        )
        warnings.append((text, None))
    return warnings
