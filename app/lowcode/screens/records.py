"""From one row to `RecordPage`: sections, lines, related tabs, timeline, files."""

from collections.abc import Container, Sequence
from functools import partial
from typing import Any

from flask_babel import format_datetime
from sqlalchemy import select

from app.entities.system.record import Attachment
from app.entities.system.user import User
from app.extensions import db
from app.lowcode import once
from app.lowcode.access.sharing import can_be_shared
from app.lowcode.once_rendered import address_of
from app.lowcode.pages import (
    Cell,
    FileItem,
    LineTable,
    RecordPage,
    ShownSection,
    Star,
)
from app.lowcode.scope import may_change
from app.lowcode.screens.documents import steps_of
from app.lowcode.screens.forms import line_texts, line_totals
from app.lowcode.screens.list_actions import actions_of
from app.lowcode.screens.opening import Filled, Opened
from app.lowcode.screens.outlines import (
    LinesOutline,
    RecordOutline,
    SectionOutline,
    outline_of,
)
from app.lowcode.screens.saving import is_visible
from app.lowcode.shelf.held import my_shelf

_MOST_BADGES = 3


def record_page(view: Any, record: Opened, opened: Sequence[str] = ()) -> RecordPage:
    """Everything `record.html` shows of one row, with the lists of the `opened` tabs."""
    outline, item, filled = outline_of(view), record.item, record.filled
    answer = iter(record.answers)
    tabs = [tab.tab(item, is_open=tab.screen.resource in opened) for tab in outline.tabs]
    worked = [(str(fact.label), fact.cell(next(answer))) for fact in outline.worked_facts]
    has_files = next(answer)
    empty = {
        held.name
        for held, has_rows in zip(outline.collections, answer, strict=True)
        if not has_rows
    }
    sections, lines = _parts(outline, item, filled, empty)
    name, url_of = repr(item), partial(outline.url, key=item.id)
    return RecordPage(
        title=name,
        subtitle=_subtitle(view, item),
        resource=view.resource,
        id=item.id,
        list_url=view.list_url(),
        list_title=str(view.list_title),
        badges=_badges(outline, item),
        facts=[*((fact.label, fact.cell(filled)) for fact in outline.facts), *worked],
        sections=sections,
        lines=lines,
        tabs=tabs,
        open_tab=next((tab.name for tab in tabs if tab.page), "details"),
        timeline_url=url_of("timeline_part"),
        files=_files(view, item) if has_files else [],
        note_url=url_of("add_note"),
        upload_url=url_of("add_file") if view.may("can_edit") else None,
        edit_url=_own_url(view, "edit", item),
        delete_url=_own_url(view, "delete", item),
        delete_question=view.delete_question(name),
        actions=actions_of(view, bulk=False, item=item) if may_change(item) else [],
        help_url=view.help_url,
        steps=steps_of(view, item),
        figures=outline.figures,
        figures_url=url_of("figures_part"),
        documents=view.document_links(item),
        history_url=view.history_url(item),
        shares_url=url_of("shares") if can_be_shared(view.model) else None,
        star=Star(url_of("star"), (view.model.__name__, item.id) in my_shelf().favourites),
        access_url=view.access_url(item),
        version=getattr(item, "version", None),
        key=once.new_key(),
    )


def _own_url(view: Any, name: str, item: Any) -> str | None:
    """Where to edit or delete the row; None where it may or can not be done."""
    if not view.may(f"can_{name}") or not view.is_changeable(item):
        return None
    return address_of(f"{view.endpoint}.{name}", item.id)


def _subtitle(view: Any, item: Any) -> str:
    code = view.model.code_column
    shown = code and code != view.model.label_column and getattr(item, code)
    return str(getattr(item, code)) if shown else str(view.singular)


def _badges(outline: RecordOutline, item: Any) -> list[Cell]:
    cells = [value.cell(item) for value in outline.badges]
    return [cell for cell in cells if cell.text][:_MOST_BADGES]


def _parts(
    outline: RecordOutline, item: Any, filled: Filled, empty: Container[str]
) -> tuple[list[ShownSection], list[LineTable]]:
    """`empty`: the lists of rows that need not be read."""
    sections, lines = [], []
    for part in outline.parts:
        if not is_visible(part.when, partial(getattr, item)):
            continue
        for collection in part.collections:
            collection.load(item, is_empty=collection.name in empty)
        if isinstance(part, SectionOutline):
            sections.append(_section(part, filled))
        else:
            lines.append(_line_table(part, item))
    if outline.stamps.values:
        sections.append(_section(outline.stamps, filled))
    return sections, lines


def _section(part: SectionOutline, filled: Filled) -> ShownSection:
    return ShownSection(part.title, [(value.label, value.cell(filled)) for value in part.values])


def _line_table(outline: LinesOutline, item: Any) -> LineTable:
    part = outline.part
    rows = list(getattr(item, part.name))
    computed = line_texts(part, rows)
    cells = [
        [
            Cell("money", texts[name]) if value is None else value.cell(line)
            for name, value in zip(part.columns, outline.values, strict=True)
        ]
        for line, texts in zip(rows, computed, strict=True)
    ]
    return LineTable(outline.title, outline.columns, cells, line_totals(part, rows))


def _files(view: Any, item: Any) -> list[FileItem]:
    rows = db.session.execute(
        select(Attachment, User.name)
        .outerjoin(User, Attachment.created_by_id == User.id)
        .where(Attachment.entity == view.model.__name__, Attachment.entity_id == item.id)
        .order_by(Attachment.id.desc())
    )
    files = []
    for attachment, who in rows:
        url, remove = view.file_urls(item.id, attachment)
        size = _size(attachment.size)
        when = format_datetime(attachment.created_on, "yyyy-MM-dd HH:mm")
        files.append(FileItem(attachment.id, attachment.name, size, who or "", when, url, remove))
    return files


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MB" if count >= 2**20 else f"{max(count / 2**10, 0.1):.1f} KB"
