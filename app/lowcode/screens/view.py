"""`EntityView`: FAB's model view, with pages, rights and actions that come from the kernel."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from flask import abort, make_response, render_template, request
from flask_appbuilder import ModelView, expose, has_access
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import permission_name
from flask_babel import lazy_gettext
from sqlalchemy import Select, bindparam, inspect, select

from app.extensions import db
from app.lowcode import field_rights, principal, registered, scope
from app.lowcode.access.sharing import can_be_shared
from app.lowcode.audit.viewing import note_view
from app.lowcode.fields.relations import LARGEST_KEY
from app.lowcode.list_state import Listable, ListState
from app.lowcode.naming import plural_of, resource_of, title_of
from app.lowcode.once_rendered import address, address_of
from app.lowcode.screens.acting import Acting
from app.lowcode.screens.building import Building
from app.lowcode.screens.bulk_editing import BulkEditing
from app.lowcode.screens.columns import ColumnChoosing
from app.lowcode.screens.declare import Section, StatusBar
from app.lowcode.screens.deleting import Deleting
from app.lowcode.screens.documents import Documents
from app.lowcode.screens.exporting import Exporting
from app.lowcode.screens.extras import RecordExtras
from app.lowcode.screens.filters import Filtering
from app.lowcode.screens.grouping import Gathering
from app.lowcode.screens.history import History
from app.lowcode.screens.indexed import sortable_paths
from app.lowcode.screens.inline import InlineEditing
from app.lowcode.screens.layouts import LayoutData
from app.lowcode.screens.list_html import list_html
from app.lowcode.screens.lists import list_page
from app.lowcode.screens.pickers import Pickers, wire_picker
from app.lowcode.screens.saved import asked_state, first_look
from app.lowcode.screens.seen import Seen, seen_by_actor
from app.lowcode.screens.showing import Showing
from app.lowcode.screens.summary import Summing
from app.lowcode.screens.tabs import related_page
from app.lowcode.screens.transferring import TRANSFER, Transferring
from app.lowcode.screens.uniting import MERGE, RIGHT, Uniting
from app.lowcode.screens.writing import Writing


class EntityInterface(SQLAInterface):
    """FAB's datamodel over the product's own session."""

    def __init__(self, obj: type[Any]) -> None:
        super().__init__(obj, db.session)


class EntityView(
    Writing,
    InlineEditing,
    Showing,
    BulkEditing,
    Deleting,
    Uniting,
    Transferring,
    Acting,
    Documents,
    Exporting,
    History,
    RecordExtras,
    LayoutData,
    Filtering,
    Summing,
    Building,
    Gathering,
    ColumnChoosing,
    Pickers,
    ModelView,
):
    """One declared screen: list, record, forms, actions, board, calendar, chart, export, API.

    Subclasses declare; see `docs/add-an-entity.md` for a whole example. FAB's attribute names
    keep their meaning where FAB has one.
    """

    icon: ClassVar[str] = "table"
    #: columns searched by the box above the list
    quick_search: ClassVar[Sequence[str]] = ()
    #: of a large entity: column without an index → why the list sorts or filters by it all the same
    unindexed: ClassVar[Mapping[str, str]] = {}
    #: columns a user may filter by
    filters: ClassVar[Sequence[str]] = ()
    #: `Section` and `Lines` in order
    form: ClassVar[Sequence[Any]] = ()
    #: more of them, filled by files alone: what another system knows and nobody types
    file_form: ClassVar[Sequence[Any]] = ()
    #: key facts on top of the record page
    facts: ClassVar[Sequence[str]] = ()
    #: `WorkedFact` each, behind them
    worked_facts: ClassVar[Sequence[Any]] = ()
    layouts: ClassVar[Sequence[Any]] = ()
    #: the states of a record as a bar on its page
    status_bar: ClassVar[StatusBar | None] = None
    #: `Figure` each: counts and sums of related rows on top of the record page
    figures: ClassVar[Sequence[Any]] = ()
    #: PDFs of one record: `Document` each
    documents: ClassVar[Sequence[Any]] = ()
    #: resources of the screens whose rows stand in the timeline
    timeline: ClassVar[Sequence[str]] = ()
    #: columns whose sum over the filtered rows stands under the list
    totals: ClassVar[Sequence[str]] = ()
    #: `Worked` each: columns that exported files have besides, for what a list has no room for
    export_extras: ClassVar[Sequence[Any]] = ()
    #: imports find an existing row by the first of these that the file fills
    match_keys: ClassVar[Sequence[str]] = ()
    #: relations that start with the acting person
    defaults_to_me: ClassVar[Sequence[str]] = ("owner",)
    #: name of the manual page
    help_page: ClassVar[str | None] = None
    #: rights beyond those of the routes
    extra_permissions: ClassVar[Sequence[str]] = ("can_import",)

    # FAB's routes that are replaced or have no place here.
    action = None
    download = None

    # declaration ----------------------------------------------------------------
    def _init_properties(self) -> None:
        self.model = self.datamodel.obj
        self.resource = resource_of(self.model)
        self.route_base = f"/{self.resource}"
        self.class_permission_name = self.model.__name__
        self.related_views = self.related_views or []
        self._related_views: list[Any] = []
        self.label_columns: dict[str, Any] = {}
        self.list_columns = list(self.list_columns or [self.model.label_column])
        self.order_columns = list(self.order_columns or sortable_paths(self))

    def _init_forms(self) -> None:
        """Forms are built for each request from the declaration: rights differ by person."""

    def _init_titles(self) -> None:
        self.title = self.list_title = lazy_gettext(plural_of(self.model))
        self.singular = lazy_gettext(title_of(self.model))

    def __init__(self, **kwargs: Any) -> None:
        declared = self.base_permissions
        super().__init__(**kwargs)
        # What every record can do stands behind the next step of this one.
        order = sorted(
            self.actions.items(), key=lambda pair: (pair[0] == TRANSFER, pair[1].func.place)
        )
        self.actions = dict(order)
        if declared is None and self.form:
            self.base_permissions = sorted({*self.base_permissions, *self.extra_permissions})
        # Without a form nothing can be added or changed, without documents nothing printed.
        gone = set() if self.form else {"can_add", "can_edit", "can_import"}
        printing = {document.right for document in self.documents}
        gone |= {"can_print"} - printing
        rights = {*self.base_permissions, *printing}
        rights |= {"can_share"} if can_be_shared(self.model) else set()
        if self.model.scope.owner and self.form:
            rights |= {"can_assign"}
        else:
            self.actions.pop(TRANSFER, None)
        if getattr(self.model, "match_rules", ()) and self.form:
            rights |= {RIGHT}
        else:
            self.actions.pop(MERGE, None)
        self.base_permissions = sorted(rights - gone - {TRANSFER, MERGE})

    @property
    def seen(self) -> Seen:
        """The declaration as far as the acting person's field rights go."""
        return seen_by_actor(self)

    @property
    def listable(self) -> Listable:
        """What the list engine may do with this entity on behalf of the acting person."""
        return self.seen.listable

    @property
    def help_url(self) -> str | None:
        return f"/help/{self.help_page}" if self.help_page else None

    @property
    def form_columns(self) -> list[str]:
        return [name for part in self.form if isinstance(part, Section) for name in part.fields]

    def create_blueprint(self, appbuilder: Any, **kwargs: Any) -> Any:
        """Registration: from here on other screens can link to and pick from this one."""
        registered.screens()[self.model] = self
        return super().create_blueprint(appbuilder, **kwargs)

    @property
    def session(self) -> Any:
        return db.session

    def get_uninit_inner_views(self) -> list[Any]:
        """FAB's own wiring of related views is not used."""
        return []

    def related_screens(self) -> list[Any]:
        """The registered screens behind the tabs, in declared order.

        `related_views` names a class, or another area's screen by its resource: areas then need
        not import each other.
        """
        return self.screens_named(self.related_views)

    @staticmethod
    def screens_named(entries: Sequence[Any]) -> list[Any]:
        """The registered screens of view classes or resources."""
        screens = registered.screens()
        named = {screen.resource: screen for screen in screens.values()}
        found = [
            named.get(entry) if isinstance(entry, str) else screens.get(entry.datamodel.obj)
            for entry in entries
        ]
        return [screen for screen in found if screen is not None]

    # rights ---------------------------------------------------------------------
    def may(self, permission: str) -> bool:
        """Is the right offered by this screen, and does the acting person hold it?"""
        return permission in self.base_permissions and principal.current().can(
            permission, self.class_permission_name
        )

    def may_action(self, name: str) -> bool:
        if name not in self.actions:
            return False
        right = self.right_of(name)
        return principal.current().can(right, self.class_permission_name) and self.may_fill(name)

    @staticmethod
    def screen_of(model: type[Any]) -> Any:
        """The registered screen of an entity, or None."""
        return registered.screens().get(model)

    def get_item(self, pk: int) -> Any:
        """The row inside the acting person's scope; 404 otherwise."""
        # Not `get`: that would hand out a row already loaded on somebody else's behalf.
        key = min(pk, LARGEST_KEY)
        item = db.session.scalar(_by_key(self.model), {"key": key})
        if item is None:
            abort(404)
        if request.method == "GET":
            note_view(self, item)
        return item

    def get_items(self, keys: Iterable[int]) -> list[Any]:
        """All rows of `keys` in one query; 404 when one of them is not there for this person."""
        wanted = sorted(set(keys))
        items = db.session.scalars(select(self.model).where(self.model.id.in_(wanted))).all()
        return list(items) if len(items) == len(wanted) else abort(404)

    def wire_picker(self, field: Any, path: str, siblings: set[str]) -> None:
        wire_picker(self, field, path, siblings)

    # hooks ----------------------------------------------------------------------
    def start_values(self) -> Mapping[str, Any]:
        """What a new row holds where nothing else is said: in the form, the API and imports."""
        return {}

    def pre_save(self, item: Any, is_new: bool) -> None:
        """Rules across rows, for form, API and import alike; raise DomainError(field=…)."""

    def pre_import(self, item: Any, is_new: bool) -> None:
        """`pre_save` for a row of a file, which may tell of the past."""
        self.pre_save(item, is_new)

    def post_restore(self, item: Any) -> None:
        """Bring about again what `pre_delete` took back; the row is there. Raise DomainError."""

    def warnings(self, item: Any) -> Sequence[tuple[str, str | None]]:
        """Doubts to confirm before a form saves: (text, address) pairs."""
        return ()

    def preview_url(self, item: Any) -> str | None:
        """Where the form is sent to be told what saving it would change, if that can be told."""
        return None

    def is_action_available(self, name: str, item: Any) -> bool:
        """Is the action possible in the row's present state?"""
        return True

    def is_editable(self, item: Any) -> bool:
        """May the row be edited or deleted in its present state? `pre_save` must hold it, too."""
        return True

    def is_changeable(self, item: Any) -> bool:
        """Is the row the acting person's to change, and in a state to be edited?"""
        return scope.may_change(item) and self.is_editable(item)

    # pages ----------------------------------------------------------------------
    @expose("/")
    @has_access
    @permission_name("list")
    def list(self) -> Any:
        if (elsewhere := first_look(self)) is not None:
            return elsewhere
        state = asked_state(self)
        answer = make_response(list_html(list_page(self, state)))
        if state.view and not request.args:
            answer.headers["HX-Push-Url"] = self.list_url(state)
        return answer

    @expose("/related/<parent>/<int:pk>")
    @has_access
    @permission_name("list")
    def related(self, parent: str, pk: int) -> Any:
        """The rows of this screen that belong to one record of another: the part inside its tab."""
        screens = registered.screens().values()
        screen = next((s for s in screens if s.resource == parent), None) or abort(404)
        if not screen.may("can_show"):
            abort(403)
        item = screen.get_item(pk)
        name = self.relation_to(screen.model) or abort(404)
        if not field_rights.readable(self.model, name):
            abort(403)
        return render_template("record/_related.html", page=related_page(self, name, item))

    def relation_to(self, parent: type[Any]) -> str | None:
        """The many-to-one relationship that leads from this entity to `parent`."""
        for name, relationship in inspect(self.model).relationships.items():
            leads = relationship.mapper.class_ is parent and not relationship.uselist
            if leads and name not in {"created_by", "changed_by", "parent", "reports_to"}:
                return str(name)
        same = inspect(self.model).relationships.get("parent")
        return "parent" if same is not None and same.mapper.class_ is parent else None

    # addresses ------------------------------------------------------------------
    def url_of(self, pk: int) -> str:
        return f"{self.route_base}/{pk}"  # jobs, too, name records to people

    def access_url(self, item: Any) -> str | None:
        """The page that explains who sees the row; None for those who may not ask."""
        if not principal.current().can("can_explain", "User"):
            return None
        return address_of("ExplainView.record", item.id, resource=self.resource)

    def list_url(self, state: ListState | None = None, **changed: Any) -> str:
        return address(f"{self.endpoint}.list") + (state.query(**changed) if state else "")

    def back_to_list(self) -> str:
        """The list as it was, where the form says so and the address is ours."""
        query = request.form.get("state", "")
        return self.list_url() + (query if query.startswith("?") else "")


@lru_cache(maxsize=500)
def _by_key(model: type[Any]) -> Select[Any]:
    """Built once: every page of one row asks so."""
    return select(model).where(model.id == bindparam("key"))
