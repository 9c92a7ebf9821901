"""Figures over all rows of a long list, loaded after its page: the exact count, sums, averages."""

from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from sqlalchemy.exc import DataError, StatementError

from app.lowcode import tally
from app.lowcode.list_state import ListState, read_state
from app.lowcode.once_rendered import address
from app.lowcode.pages import Column
from app.lowcode.screens.columns import shown_columns
from app.lowcode.screens.list_actions import bulk_actions_of
from app.lowcode.screens.list_frame import columns_of, with_figures
from app.lowcode.screens.reading import totals_of
from app.rules.errors import DomainError


@dataclass(frozen=True)
class SummaryPart:
    count_text: str
    columns: list[Column]
    has_totals: bool
    is_tickable: bool


class Summing:
    """Adds the part that a list longer than its page can count asks for."""

    @expose("/summary")
    @has_access
    @permission_name("list")
    def summary(self) -> Any:
        """The query string is the state of the list."""
        state = read_state(self.listable, request.args)
        summed = totals_of(self, state)
        try:
            found = tally.of_all(self.listable, state, summed)
        except (DomainError, StatementError, DataError):
            abort(404)  # the page says why
        columns = columns_of(self, shown_columns(self.listable, state), None)
        columns = with_figures(self, columns, found)
        part = SummaryPart(f"{found.count:,}", columns, bool(summed), bool(bulk_actions_of(self)))
        return render_template("list/_summary.html", page=part)

    def summary_url(self, state: ListState) -> str:
        return address(f"{self.endpoint}.summary") + state.query(page=1, size=25)
