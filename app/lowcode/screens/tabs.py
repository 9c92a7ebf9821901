"""The lists of other screens that belong to one record: the tabs of its page."""

from dataclasses import dataclass
from typing import Any

from app.lowcode import field_rights, related
from app.lowcode.list_state import ListState
from app.lowcode.once_rendered import KeyedAddress, addresses_of, kept_for_actor
from app.lowcode.pages import Column, ListPage, Tab
from app.lowcode.screens.list_frame import columns_of
from app.lowcode.screens.rows import rows_of

#: rows that stand in a tab; the list itself shows the others
_MOST = 50


@dataclass(frozen=True)
class RelatedList:
    """A list that the acting person may open, with its relationship to the record."""

    screen: Any
    relation: str
    title: str
    #: of its rows, and of the form for a new one, where the person may make one
    address: KeyedAddress
    new_address: KeyedAddress | None

    @property
    def rows(self) -> related.Related:
        return self.screen.model, self.relation

    def tab(self, item: Any, *, is_open: bool) -> Tab:
        """Its tab on the page of a record: how many rows it has is told where they are shown."""
        new_url = self.new_address.of(item.id) if self.new_address else None
        page = related_page(self.screen, self.relation, item) if is_open else None
        count = page.count if page else None
        name = self.screen.resource
        return Tab(name, self.title, count, self.address.of(item.id), new_url, page)


def related_lists(view: Any) -> list[RelatedList]:
    return [
        RelatedList(
            screen,
            relation,
            str(screen.list_title),
            addresses_of(f"{screen.endpoint}.related", parent=view.resource),
            _new_address(screen, relation),
        )
        for screen in view.related_screens()
        if screen.may("can_list")
        and (relation := screen.relation_to(view.model)) is not None
        and field_rights.readable(screen.model, relation)
    ]


def _new_address(view: Any, relation: str) -> KeyedAddress | None:
    """Of the form for a row that belongs to a record."""
    return addresses_of(f"{view.endpoint}.add", relation) if view.may("can_add") else None


def related_page(view: Any, relation: str, parent: Any) -> ListPage:
    """The tab of a parent's record: the child's list, narrowed to it."""
    theirs = (view.model, relation)
    columns = _columns(view, relation)
    paths = [column.name for column in columns]
    rows = related.rows(theirs, parent.id, paths, view.listable.order, _MOST)
    count = len(rows) if len(rows) < _MOST else related.counts([theirs], parent.id)[0]
    page = ListPage(
        title=str(view.list_title),
        resource=view.resource,
        url=view.list_url(),
        columns=columns,
        rows=rows_of(view, rows, paths),
        count=count,
        first=1 if rows else 0,
        last=len(rows),
        size=_MOST,
    )
    if count > len(rows) and relation in view.seen.filters:
        page.next_url = view.list_url(ListState(filters=((relation, str(parent.id)),), size=_MOST))
    return page


def _columns(view: Any, relation: str) -> list[Column]:
    """Those of the list without the record that all its rows belong to."""

    def make() -> list[Column]:
        paths = [path for path in view.seen.columns if path.split(".")[0] != relation]
        return columns_of(view, paths, None)

    found: list[Column] = kept_for_actor(("related columns", view.resource, relation), make)
    return found
