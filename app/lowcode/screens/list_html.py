"""A list as HTML; as a table it is cast in the mould of its state."""

from flask import render_template

from app.lowcode.moulds import Hollow, Values
from app.lowcode.once_rendered import drawn
from app.lowcode.pages import ListPage, rows_html
from app.lowcode.shell import page_html

_TEMPLATE = "list.html"
#: what differs from page to page of a state, and from day to day
_OWN = (
    "count", "count_text", "first", "last", "number", "most", "prev_url", "next_url",
    "summary_url", "seen", "key",
)  # fmt: skip


def list_html(page: ListPage) -> str | bytes:
    """`list.html` of this page."""
    if page.layout != "list" or page.groups_url or not page.rows:
        return render_template(_TEMPLATE, page=page)
    tickable, values = page.bulk_buttons is not None, Values()
    foot = None
    if any(column.total for column in page.columns):
        foot = drawn("list/_foot.html", page=page, tickable=tickable)
    shown = Hollow(
        page,
        values,
        _OWN,
        body=values.put("body", rows_html(page, tickable)),
        foot=values.put("foot", foot),
    )
    around = (page.resource, page.state, page.view, *page.chips, *page.warnings)
    return page_html(_TEMPLATE, shown, values, (*around, page.has_more, page.can_jump))
