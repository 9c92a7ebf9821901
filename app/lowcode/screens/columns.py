"""Which columns a list shows, in which order and how wide: what may be chosen, and the chooser."""

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from app.lowcode import field_rights
from app.lowcode.fields import resolve
from app.lowcode.list_state import Listable, ListState, read_state
from app.lowcode.once_rendered import address
from app.lowcode.pages import ColumnChoice, ColumnPage
from app.lowcode.screens.declare import Section
from app.rules.views import Columns, moved, width_of

_STAMPS = ("created_on", "created_by", "changed_on", "changed_by")
#: pixels of a column that was given no width, beside others that were
_USUAL = {"money": 150, "number": 100, "quantity": 100, "date": 110, "moment": 150, "flag": 80}
_USUAL_TEXT, _USUAL_NAME = 150, 240


def declared_columns(view: Any) -> tuple[str, ...]:
    """The paths that a screen may show in a table: what its list, form and record page declare.

    Those of the list first, who and when last.
    """
    form = [name for part in view.form if isinstance(part, Section) for name in part.fields]
    badges = getattr(view, "badges", ())
    # What the rows may be filtered by is known of them; paths to other records are not theirs.
    filters = [path for path in view.filters if "." not in path]
    declared = [*view.list_columns, *view.facts, *badges, *view.totals, *form, *filters]
    names = dict.fromkeys([*declared, *_STAMPS])
    return tuple(name for name in names if _is_field(view.model, name))


def readable_columns(view: Any) -> tuple[str, ...]:
    """The paths that may leave a screen, as far as the acting person sees it."""
    return tuple(field_rights.visible_paths(view.model, declared_columns(view)))


def _is_field(model: type[Any], path: str) -> bool:
    try:
        return bool(resolve(model, path))
    except LookupError:  # a synonym, or a computed fact of the record page
        return False


def shown_columns(source: Listable, state: ListState) -> tuple[str, ...]:
    """The paths of a list in this state: those that were chosen, else those of the screen."""
    return tuple(path for path, _width in state.columns) or source.columns


def widths_of(view: Any, columns: Columns) -> dict[str, int]:
    """Path → pixels, for each or for none: one width leaves nothing to the browser."""
    if not any(width for _path, width in columns):
        return {}
    return {path: width or _usual_width(view.model, path) for path, width in columns}


def _usual_width(model: type[Any], path: str) -> int:
    if path == model.label_column:
        return _USUAL_NAME
    return _USUAL.get(resolve(model, path).field.kind, _USUAL_TEXT)


class ColumnChoosing:
    """Adds the chooser of a list's columns: a part for its menu, a page for who has no scripts."""

    @expose("/columns")
    @has_access
    @permission_name("list")
    def columns_part(self) -> Any:
        """The form; the query string is the state of the list."""
        page = column_page(self, read_state(self.listable, request.args))
        part = "HX-Request" in request.headers
        name = "list/_columns.html" if part else "list/columns.html"
        return render_template(name, page=page)

    @expose("/columns/apply")
    @has_access
    @permission_name("list")
    def apply_columns(self) -> Any:
        """To the list with the columns that the form says; scripts do it themselves."""
        state = read_state(self.listable, request.args)
        chosen = _chosen(request.args.getlist("col"), request.args, self.listable.offered)
        for name, step in (("up", -1), ("down", 1)):
            if path := request.args.get(name):
                return redirect(self.columns_url(state, columns=moved(chosen, path, step)))
        return redirect(self.list_url(state, columns=chosen))

    def columns_url(self, state: ListState, **changed: Any) -> str:
        return address(f"{self.endpoint}.columns_part") + state.query(**changed)


def _chosen(names: Sequence[str], args: Any, offered: Sequence[str]) -> Columns:
    known = [name for name in dict.fromkeys(names) if name in offered]
    return tuple((name, width_of(args.get(f"width.{name}", ""))) for name in known)


def column_page(view: Any, state: ListState) -> ColumnPage:
    """What the chooser shows: the columns of the list in their order, then all others."""
    shown, widths = shown_columns(view.listable, state), dict(state.columns)
    rest = [path for path in view.listable.offered if path not in shown]
    labels = {path: str(resolve(view.model, path).label) for path in (*shown, *rest)}
    return ColumnPage(
        title=str(view.list_title),
        list_url=view.list_url(state),
        apply_url=url_for(f"{view.endpoint}.apply_columns"),
        reset_url=view.list_url(state, columns=()) if state.columns else None,
        columns=[
            ColumnChoice(path, labels[path], path in shown, widths.get(path))
            for path in (*shown, *rest)
        ],
        carried=state.pairs(columns=()),
        help_url=view.help_url,
    )
