"""From one row to `RecordPage`: sections, lines, related tabs, timeline, files."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from flask import url_for
from flask_babel import format_datetime
from flask_babel import gettext as _
from sqlalchemy import inspect, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import ORMOption

from app.entities.system.record import Attachment
from app.entities.system.user import User
from app.extensions import db
from app.lowcode import field_rights, once, principal, related
from app.lowcode.access.criteria import is_restricted
from app.lowcode.access.sharing import can_be_shared
from app.lowcode.fields import field_of, resolve
from app.lowcode.fields.base import humanize
from app.lowcode.figures import outline
from app.lowcode.pages import (
    Cell,
    Column,
    FileItem,
    LineTable,
    RecordPage,
    ShownSection,
    Star,
    Tab,
)
from app.lowcode.scope import may_change
from app.lowcode.screens.declare import Lines, Section
from app.lowcode.screens.documents import steps_of
from app.lowcode.screens.forms import line_texts, line_totals
from app.lowcode.screens.lists import actions_of, cell_of, related_page
from app.lowcode.screens.saving import is_visible
from app.lowcode.shelf.held import my_shelf

_STAMPS = ("created_on", "created_by", "changed_on", "changed_by")


def shown_with(view: Any) -> tuple[ORMOption, ...]:
    """Loads the rows that the record names together with it, as far as nothing narrows them."""
    paths = [*view.seen.facts, *_STAMPS, *view.form_columns, *(view.show_columns or ())]
    names = sorted({path.partition(".")[0] for path in paths})
    actor = principal.current()
    return tuple(
        option
        for target, option in _one_to_load(view.model, tuple(names))
        if actor.sees_all or not is_restricted(target, actor)
    )


@cache
def _one_to_load(
    model: type[Any], names: tuple[str, ...]
) -> tuple[tuple[type[Any], ORMOption], ...]:
    """(target, how to load it by a join) of those names that lead to one other row."""
    found = []
    for name in names:
        relationship = inspect(model).relationships.get(name)
        if relationship is None or relationship.uselist:
            continue
        target = relationship.mapper.class_
        label = getattr(target, target.label_column)
        found.append((target, joinedload(getattr(model, name)).load_only(label)))
    return tuple(found)


def record_page(view: Any, item: Any, opened: Sequence[str] = ()) -> RecordPage:
    """Everything `record.html` shows of one row, with the lists of the `opened` tabs."""
    sections, lines = _parts(view, item)
    tabs = _tabs(view, item, opened)
    return RecordPage(
        title=repr(item),
        subtitle=_subtitle(view, item),
        resource=view.resource,
        id=item.id,
        list_url=view.list_url(),
        list_title=str(view.list_title),
        badges=_badges(view, item),
        facts=[
            *((_path_label(view, path), path_cell(view, item, path)) for path in view.seen.facts),
            *view.more_facts(item),
        ],
        sections=sections,
        lines=lines,
        tabs=tabs,
        open_tab=next((tab.name for tab in tabs if tab.page), "details"),
        timeline_url=url_for(f"{view.endpoint}.timeline_part", pk=item.id),
        files=_files(view, item),
        note_url=url_for(f"{view.endpoint}.add_note", pk=item.id),
        upload_url=url_for(f"{view.endpoint}.add_file", pk=item.id)
        if view.may("can_edit")
        else None,
        edit_url=_own_url(view, "edit", item),
        delete_url=_own_url(view, "delete", item),
        delete_question=view.delete_question(repr(item)),
        actions=actions_of(view, bulk=False, item=item) if may_change(item) else [],
        help_url=view.help_url,
        steps=steps_of(view, item),
        figures=outline(view.figures),
        figures_url=url_for(f"{view.endpoint}.figures_part", pk=item.id),
        documents=view.document_links(item),
        history_url=view.history_url(item),
        shares_url=url_for("ShareView.card", resource=view.resource, pk=item.id)
        if can_be_shared(view.model)
        else None,
        star=_star(view, item),
        access_url=view.access_url(item),
        version=getattr(item, "version", None),
        key=once.new_key(),
    )


def _star(view: Any, item: Any) -> Star:
    url = url_for("ShelfView.star", resource=view.resource, pk=item.id)
    return Star(url, (view.model.__name__, item.id) in my_shelf().favourites)


def _own_url(view: Any, name: str, item: Any) -> str | None:
    """Where to edit or delete the row; None where it may or can not be done."""
    if not view.may(f"can_{name}") or not view.is_changeable(item):
        return None
    return url_for(f"{view.endpoint}.{name}", pk=item.id)


def _subtitle(view: Any, item: Any) -> str:
    code = view.model.code_column
    shown = code and code != view.model.label_column and getattr(item, code)
    return str(getattr(item, code)) if shown else str(view.singular)


def _badges(view: Any, item: Any) -> list[Cell]:
    shown = {*view.seen.columns, *view.seen.facts}
    names = [name for name in view.form_columns if name in shown]
    fields = [field_of(view.model, n) for n in names if field_rights.readable(view.model, n)]
    return [
        field.cell(getattr(item, field.name))
        for field in fields
        if field.kind == "choice" and getattr(item, field.name) is not None
    ][:3]


def _path_label(view: Any, path: str) -> str:
    return str(resolve(view.model, path).label)


def path_cell(view: Any, item: Any, path: str) -> Cell:
    """The value at the end of a path, from a loaded row, as far as the person may see it."""
    value = item
    for name in path.split("."):
        value = None if value is None else getattr(value, name)
    return cell_of(view, path, field_rights.shown(view.model, path, value))


def _parts(view: Any, item: Any) -> tuple[list[ShownSection], list[LineTable]]:
    sections, lines = [], []
    for part in view.seen.form if view.form else _details(view):
        if not is_visible(part.when, lambda name: getattr(item, name)):
            continue
        if isinstance(part, Section):
            items = [(_path_label(view, path), path_cell(view, item, path)) for path in part.fields]
            sections.append(ShownSection(_(part.title), items))
        else:
            lines.append(_line_table(view, part, item))
    stamps = _stamps(view, item)
    return [*sections, stamps] if stamps.items else sections, lines


def _details(view: Any) -> list[Section]:
    """What is shown where nothing can be filled in."""
    names = view.show_columns or view.list_columns
    return [Section("Details", field_rights.visible_paths(view.model, names))]


def _stamps(view: Any, item: Any) -> ShownSection:
    """Who made and last changed the row."""
    mapper = inspect(view.model)
    known = [name for name in _STAMPS if name in mapper.attrs]
    cells = [(_path_label(view, name), path_cell(view, item, name)) for name in known]
    return ShownSection(_("Record"), cells)


def _line_table(view: Any, part: Lines, item: Any) -> LineTable:
    model = inspect(view.model).relationships[part.name].mapper.class_
    rows = list(getattr(item, part.name))
    computed = line_texts(part, rows)
    columns = []
    for name in part.columns:
        if name in part.computed:
            columns.append(Column(name, _(humanize(name)), "money", "right"))
        else:
            field = field_of(model, name)
            columns.append(Column(name, str(field.label), field.kind, field.align))
    cells = [
        [
            Cell("money", texts[name])
            if name in texts
            else field_of(model, name).cell(field_rights.value_of(line, name))
            for name in part.columns
        ]
        for line, texts in zip(rows, computed, strict=True)
    ]
    title = _(part.title or humanize(part.name))
    return LineTable(title, columns, cells, line_totals(part, rows))


def _tabs(view: Any, item: Any, opened: Sequence[str]) -> list[Tab]:
    """The lists of related screens that the person may open, counted in one statement."""
    shown = [
        (screen, relation)
        for screen in view.related_screens()
        if screen.may("can_list")
        and (relation := screen.relation_to(view.model)) is not None
        and field_rights.readable(screen.model, relation)
    ]
    counts = related.counts([(screen.model, relation) for screen, relation in shown], item.id)
    tabs = []
    for (screen, relation), count in zip(shown, counts, strict=True):
        url = url_for(f"{screen.endpoint}.related", parent=view.resource, pk=item.id)
        new_url = None
        if screen.may("can_add"):
            new_url = url_for(f"{screen.endpoint}.add", **{relation: item.id})
        tab = Tab(screen.resource, str(screen.list_title), count, url, new_url)
        if tab.name in opened:
            tab.page = related_page(screen, relation, item, count)
        tabs.append(tab)
    return tabs


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
