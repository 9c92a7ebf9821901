"""What a form says before it saves a row that probably exists already."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from app.extensions import db
from app.lowcode.duplicates import Match, find_matches
from app.lowcode.links import key_after_flush, links_of
from app.lowcode.screens import EntityView

#: matches that a form tells of
_MOST = 20


def duplicate_warnings(view: EntityView, item: Any) -> list[tuple[str, str | None]]:
    """(text, address of the other record or None) for every row like `item`, by its match rules.

    Of rows that the person does not see it is told that there are some, not what they are.
    """
    session = db.session()
    with session.no_autoflush:
        found = find_matches(session, view.model, [_values(item)]).get(0, [])[:_MOST]
        if not found:
            return []
        seen = [match.key for match in found if match.key is not None]
        query = select(view.model).where(view.model.id.in_(seen))
        rows = {row.id: row for row in session.scalars(query)} if seen else {}
    warnings: list[tuple[str, str | None]] = [
        (_text(rows[match.key], match), view.url_of(match.key))
        for match in found
        if match.key is not None
    ]
    if hidden := len(found) - len(warnings):
        text = ngettext(
            "A colleague has a record that looks the same. Ask your manager before you save.",
            "Colleagues have %(num)d records that look the same. Ask your manager before you save.",
            hidden,
        )
        warnings.append((text, None))
    return warnings


def _values(item: Any) -> dict[str, Any]:
    """What the row is compared by, keys as the flush will write them."""
    links = links_of(type(item))
    names = {name for rule in item.match_rules for name in rule.reads}
    values = {
        name: key_after_flush(item, links[name]) if name in links else getattr(item, name)
        for name in names
    }
    return {"id": item.id, **values}


def _text(row: Any, match: Match) -> str:
    code = getattr(row, type(row).code_column or "", None)
    return _(
        "%(name)s looks the same: %(reasons)s.",
        name=f"{row!r} ({code})" if code else repr(row),
        reasons=", ".join(_(reason.label) for reason in match.reasons),
    )
