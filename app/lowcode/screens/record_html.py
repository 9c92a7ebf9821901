"""The page of a record as HTML, cast in the mould of the first with the same tabs and buttons."""

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

from app.lowcode.moulds import Hollow, Values
from app.lowcode.once_rendered import drawn
from app.lowcode.pages import (
    Action,
    DrawnLines,
    DrawnRecord,
    LineTable,
    RecordPage,
    Star,
    Tab,
    cells_html,
    facts_html,
    initial_of,
    rows_html,
    sections_html,
)
from app.lowcode.shell import page_html

_TEMPLATE = "record.html"
#: of the page, each a record's own
_OWN = (
    "title", "subtitle", "id", "version", "key", "edit_url", "delete_url", "delete_question",
    "note_url", "upload_url", "timeline_url", "figures_url", "history_url", "shares_url",
    "access_url",
)  # fmt: skip


def record_html(page: RecordPage) -> bytes:
    """`record.html` of this page, whose tabs are used up by it."""
    values, star = Values(), page.star
    for tab in page.tabs:
        _hollow_tab(tab, values)
    documents = enumerate(page.documents)
    shown = Hollow(
        page,
        values,
        _OWN,
        drawn=_drawn(page, values),
        star=star and Star(values.put("star_url", star.url), star.is_on),
        actions=[_action(action, values) for action in page.actions],
        documents=[(label, values.put(f"document{n}", url)) for n, (label, url) in documents],
    )
    return page_html(_TEMPLATE, shown, values, _shape(page))


def _shape(page: RecordPage) -> tuple[Hashable, ...]:
    """Whatever else decides what stands on the page."""
    return (
        page.resource,
        page.open_tab,
        page.star and page.star.is_on,
        tuple((tab.name, tab.page is not None) for tab in page.tabs),
        tuple(action.name for action in page.actions),
        tuple(label for label, _url in page.documents),
        tuple(table.title for table in page.lines),
        tuple((step.label, step.state) for step in page.steps),
    )


def _drawn(page: RecordPage, values: Values) -> DrawnRecord:
    """What differs in more than texts."""
    warnings = drawn("record/_warnings.html", page=page) if page.warnings else ""
    files = drawn("record/_file_list.html", page=page) if page.files else ""
    return DrawnRecord(
        initial=values.put("initial", initial_of(page.title)),
        warnings=values.put("warnings", warnings),
        badges=values.put("badges", cells_html(page.badges)),
        facts=values.put("facts", facts_html(page.facts)),
        details=values.put("details", sections_html(page.sections)),
        lines=[_lines(n, table, values) for n, table in enumerate(page.lines)],
        files=values.put("files", files),
        file_count=values.put("file_count", len(page.files)),
    )


def _lines(number: int, table: LineTable, values: Values) -> DrawnLines:
    count = len(table.rows)
    html = drawn("record/_lines.html", table=table) if count else ""
    return DrawnLines(
        table.title,
        values.put(f"line_count{number}", count),
        values.put(f"lines{number}", html),
    )


def _hollow_tab(tab: Tab, values: Values) -> None:
    def put(name: str, value: object) -> Any:
        return values.put(f"{tab.name}.{name}", value)

    tab.count = put("count", tab.count)
    tab.url, tab.new_url = put("url", tab.url), put("new_url", tab.new_url)
    if rows := tab.page:
        rows.count, rows.next_url = put("shown", rows.count), put("next_url", rows.next_url)
        rows.body = put("rows", rows_html(rows))


def _action(action: Action, values: Values) -> Action:
    """What leads elsewhere may lead to another place from each record."""
    if action.method != "get":
        return action
    label, url = (values.put(f"{action.name}.{n}", getattr(action, n)) for n in ("label", "url"))
    return replace(action, label=label, url=url)
