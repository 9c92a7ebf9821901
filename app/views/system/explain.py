"""Why somebody sees a record, and what somebody sees at all: for those who answer for access."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, ClassVar

from flask import abort, render_template
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import format_datetime
from flask_babel import gettext as _

from app.entities.system.user import User
from app.lowcode import field_rights, registered
from app.lowcode.access.explain import Reason, Sight, what_can_see, who_can_see
from app.lowcode.access.people import person
from app.lowcode.fields.base import humanize
from app.lowcode.pages import Choice
from app.lowcode.principal import Principal, acting_as
from app.lowcode.screens.right_words import RIGHTS, right_label
from app.lowcode.security.field_levels import columns_of
from app.rules.access import Access, Cause, DataScope
from app.rules.masking import FieldLevel
from app.views.system.effects import entity_label


@dataclass(slots=True)
class ShownReason:
    """One reason in words."""

    cause: Choice
    text: str
    access: Choice


@dataclass(slots=True)
class Seer:
    """A person with every reason; `access` is what comes of them, None: kept from it."""

    name: str
    url: str | None
    access: Choice | None
    reasons: list[ShownReason]


@dataclass(slots=True)
class RecordAccessPage:
    """The context of `access/record.html`."""

    title: str
    record_url: str
    list_title: str
    list_url: str
    people: list[Seer]
    help_url: str = "/help/access"


@dataclass(slots=True)
class ShownSight:
    """What somebody sees of one entity."""

    label: str
    url: str | None
    rights: list[str]
    reaches: list[Choice]
    readable: int
    changeable: int
    rules: tuple[str, ...]
    #: (label, level) of fields that are not simply shown
    limited: list[tuple[str, Choice]] = field(default_factory=list)


@dataclass(slots=True)
class PersonAccessPage:
    """The context of `access/person.html`."""

    title: str
    person_url: str | None
    list_title: str
    list_url: str
    roles: list[str]
    is_administrator: bool
    sights: list[ShownSight]
    help_url: str = "/help/access"


class ExplainView(BaseView):
    """For administrators, and for those whom a role makes answer for access."""

    route_base = "/access"
    class_permission_name = "User"
    base_permissions: ClassVar[list[str]] = ["can_explain"]

    @expose("/people/<int:pk>")
    @has_access
    @permission_name("explain")
    def person(self, pk: int) -> Any:
        """What one person can see."""
        found = person(pk) or abort(404)
        users = _screens()["users"]
        page = PersonAccessPage(
            title=found.name,
            person_url=users.url_of(pk) if users.may("can_show") else None,
            list_title=str(users.list_title),
            list_url=users.list_url(),
            roles=[_(humanize(name)) for name in found.principal.roles],
            is_administrator=found.principal.is_administrator,
            sights=[_sight(one, found.principal) for one in what_can_see(found)],
        )
        return render_template("access/person.html", page=page)

    @expose("/<resource>/<int:pk>")
    @has_access
    @permission_name("explain")
    def record(self, resource: str, pk: int) -> Any:
        """Who can see one record that the asking person sees, too, and why."""
        view = _screens().get(resource) or abort(404)
        if not view.may("can_show"):
            abort(403)
        item = view.get_item(pk)
        page = RecordAccessPage(
            title=repr(item),
            record_url=view.url_of(pk),
            list_title=str(view.list_title),
            list_url=view.list_url(),
            people=_seers(who_can_see(item)),
        )
        return render_template("access/record.html", page=page)


def _screens() -> dict[str, Any]:
    return {view.resource: view for view in registered.screens().values()}


def _choice(word: Any) -> Choice:
    return Choice(word.value, _(word.label), word.color)


# a record -----------------------------------------------------------------------
def _seers(reasons: Sequence[Reason]) -> list[Seer]:
    users = registered.screens()[User]
    return [
        Seer(
            name=name,
            url=users.url_of(user_id) if users.may("can_show") else None,
            access=_outcome(own := list(group)),
            reasons=[_reason(one) for one in own],
        )
        for (user_id, name), group in groupby(reasons, lambda one: (one.user_id, one.person))
    ]


def _outcome(reasons: Sequence[Reason]) -> Choice | None:
    """What all reasons give together, less what rules deny."""
    denied = {one.access for one in reasons if one.cause is Cause.DENIED}
    given = {one.access for one in reasons if one.cause is not Cause.DENIED}
    if not given or Access.READ in denied:
        return None
    return _choice(Access.WRITE if Access.WRITE in given - denied else Access.READ)


def _reason(reason: Reason) -> ShownReason:
    return ShownReason(_choice(reason.cause), _in_words(reason), _choice(reason.access))


def _in_words(reason: Reason) -> str:
    if reason.cause is Cause.ROLE:
        role = _(humanize(reason.name))
        return f"{role} · {_(reason.reach.label)}" if reason.reach else role
    if reason.cause is Cause.SHARE:
        whom = reason.name or _("with the person")
        if reason.until is None:
            return whom
        day = format_datetime(reason.until, "yyyy-MM-dd")
        return f"{whom} · {_('until %(day)s', day=day)}"
    return reason.name


# a person -----------------------------------------------------------------------
def _sight(sight: Sight, principal: Principal) -> ShownSight:
    view = next((v for v in _screens().values() if v.model.__name__ == sight.entity), None)
    actions = view.actions if view else {}
    return ShownSight(
        label=entity_label(sight.entity),
        url=view.list_url() if view and view.may("can_list") else None,
        rights=[right_label(name, actions) for name in sorted(sight.rights, key=_place)],
        reaches=[_choice(reach) for reach in DataScope if reach in sight.reaches],
        readable=sight.readable,
        changeable=sight.changeable,
        rules=sight.rules,
        limited=_limited(view, principal) if view else [],
    )


def _place(right: str) -> tuple[bool, int, str]:
    """The columns of the matrix in their order, then everything else."""
    columns = list(RIGHTS)
    return right not in columns, columns.index(right) if right in columns else 0, right


def _limited(view: Any, principal: Principal) -> list[tuple[str, Choice]]:
    with acting_as(principal):
        return [
            (str(column.label), _choice(level))
            for column in columns_of(view.model)
            if column.entity == view.model.__name__
            and (level := field_rights.level(view.model, column.name)) is not FieldLevel.WRITE
        ]
