"""What a page of a list asks the database: its rows, and how many there are."""

from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.exc import DataError, StatementError

from app.extensions import db
from app.lowcode import listing, tally
from app.lowcode.fields.inputs import translated
from app.lowcode.list_state import ListState
from app.lowcode.listing import ListedPage
from app.lowcode.screens.columns import shown_columns
from app.lowcode.tally import COUNTED, ENOUGH, Tally
from app.rules.errors import DomainError

_NOTHING = ListedPage([], 1)


@dataclass(frozen=True)
class Answer:
    """`problems` are texts for the reader."""

    page: ListedPage
    tally: Tally
    problems: list[str] = field(default_factory=list)


def read_list(view: Any, state: ListState, *, with_rows: bool) -> Answer:
    """The rows of one page (none for other layouts) and their tally.

    A filter that cannot be read shows nothing rather than everything.
    """
    source, summed = view.listable, totals_of(view, state)
    problems = [translated(error) for error in state.problems]
    try:
        page = _NOTHING
        if with_rows:
            # Words are counted in their own way, and conditions may be dear to look for twice.
            counted = 0 if state.q or state.where else ENOUGH
            paths = shown_columns(source, state)
            page = listing.page(source, state, paths, COUNTED, counted)
            problems += [translated(error) for error in page.problems]
        if with_rows and page.number == 1 and not page.later:
            known = tally.of_rows(page.rows, summed)
        else:
            least = (page.number - 1) * state.size + len(page.rows) + bool(page.later)
            known = tally.at_once(source, state, summed, page.count, least)
    except DomainError as error:
        return Answer(_NOTHING, Tally(0), [*problems, translated(error)])
    except (StatementError, DataError):
        db.session.rollback()
        text = _("One of the filters holds a value that cannot be compared.")
        return Answer(_NOTHING, Tally(0), [*problems, text])
    return Answer(page, known, problems)


def totals_of(view: Any, state: ListState) -> list[str]:
    """The columns of this list whose sum stands below them."""
    shown = shown_columns(view.listable, state)
    return [path for path in view.seen.totals if path in shown]
