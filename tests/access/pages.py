"""Addresses that belong to no declared screen: which right each asks for."""

from typing import Any

from app.views.reports import REPORTS
from tests.access.door import ABSENT, TRIED, UNREAD, Door, Probe
from tests.access.world import ACTIONS

_PUBLIC = Door(is_private=False)
_SIGNED_IN = Door()
_SENT_ON = Door(opened=frozenset({302}))
_NOT_MINE = Door(opened=frozenset({302, 404}))
_IMPORT = ("can_import",)
_MERGE = ("can_merge", "can_list")
# Views of a list are their maker's: whoever opens the list keeps some.
_VIEWS = Door(("can_list",))
_VIEWS_CHANGED = Door(_VIEWS.rights, frozenset({302}))
_NO_VIEW = Door(_VIEWS.rights, ABSENT)


def _page(method: str, path: str, door: Door, entity: str | None = None, **body: Any) -> Probe:
    return Probe(method, path, door, body, entity, is_owned=entity is not None)


#: (endpoint, method) → requests
PAGES: dict[tuple[str, str], list[Probe]] = {
    ("healthz", "GET"): [_page("GET", "/healthz", _PUBLIC)],
    ("static", "GET"): [_page("GET", "/static/css/base.css", _PUBLIC)],
    ("texts", "GET"): [_page("GET", "/texts/zh.js", _PUBLIC)],
    ("bundle", "GET"): [_page("GET", "/bundles/page.css", _PUBLIC)],
    ("appbuilder.static", "GET"): [_page("GET", "/static/appbuilder/css/ab.css", _PUBLIC)],
    # Whoever is signed in already is sent to the start page.
    ("AuthView.login", "GET"): [
        _page("GET", "/login/", Door(opened=frozenset({200, 302}), is_private=False))
    ],
    ("AuthView.login", "POST"): [
        _page("POST", "/login/", Door(opened=frozenset({200, 302, 401, 422}), is_private=False))
    ],
    # everybody's own things: no right is asked for
    ("HomeView.index", "GET"): [_page("GET", "/", Door(opened=frozenset({200, 302})))],
    ("palette", "GET"): [_page("GET", "/palette?q=a", _SIGNED_IN)],
    ("api.openapi", "GET"): [_page("GET", "/api/v1/openapi.json", _SIGNED_IN)],
    ("HelpView.index", "GET"): [_page("GET", "/help/", _SIGNED_IN)],
    ("HelpView.page", "GET"): [_page("GET", "/help/access", _SIGNED_IN)],
    ("AccountView.profile", "GET"): [_page("GET", "/account/", _SIGNED_IN)],
    ("AccountView.profile", "POST"): [_page("POST", "/account/", Door(opened=TRIED))],
    ("AccountView.password", "GET"): [_page("GET", "/account/password", _SIGNED_IN)],
    ("AccountView.password", "POST"): [_page("POST", "/account/password", Door(opened=TRIED))],
    ("NotificationView.all", "GET"): [_page("GET", "/notifications/", _SIGNED_IN)],
    ("NotificationView.recent", "GET"): [_page("GET", "/notifications/recent", _SIGNED_IN)],
    ("NotificationView.read", "POST"): [_page("POST", "/notifications/read", _SENT_ON)],
    ("ShelfView.part", "GET"): [_page("GET", "/shelf/", _SIGNED_IN)],
    ("ShelfView.star", "POST"): [
        _page("POST", "/shelf/customers/{key}", Door(("can_show",), frozenset({302})), "Customer")
    ],
    ("SavedViewsView.menu", "GET"): [_page("GET", "/saved-views/customers", _VIEWS)],
    ("SavedViewsView.open", "GET"): [_page("GET", "/saved-views/customers/0", _NO_VIEW)],
    ("SavedViewsView.save", "POST"): [_page("POST", "/saved-views/customers", _VIEWS_CHANGED)],
    ("SavedViewsView.change", "POST"): [_page("POST", "/saved-views/customers/0", _NO_VIEW)],
    ("SavedViewsView.delete", "POST"): [_page("POST", "/saved-views/customers/0/delete", _NO_VIEW)],
    ("SavedViewsView.pin", "POST"): [_page("POST", "/saved-views/customers/0/pin", _NO_VIEW)],
    ("SavedViewsView.default", "POST"): [
        _page("POST", "/saved-views/customers/default", _VIEWS_CHANGED)
    ],
    ("OwnSessionsView.list", "GET"): [_page("GET", "/account/sessions/", _SIGNED_IN)],
    ("OwnSessionsView.end", "POST"): [_page("POST", "/account/sessions/0/end", _NOT_MINE)],
    ("OwnSessionsView.end_others", "POST"): [
        _page("POST", "/account/sessions/end-others", _SENT_ON)
    ],
    ("OwnKeysView.list", "GET"): [_page("GET", "/account/keys/", _SIGNED_IN)],
    ("OwnKeysView.add", "POST"): [_page("POST", "/account/keys/", Door(opened=TRIED))],
    ("OwnKeysView.revoke", "POST"): [_page("POST", "/account/keys/0/revoke", _NOT_MINE)],
    # The look of the sign-in page, too, is kept for whoever chose it.
    ("AccountView.preferences", "POST"): [
        _page("POST", "/preferences", Door(opened=frozenset({303}), is_private=False))
    ],
    # screens that are no list
    ("FunnelView.show", "GET"): [_page("GET", "/funnel/", Door(("can_show",)))],
    ("FunnelView.chart", "GET"): [_page("GET", "/funnel/chart", Door(("can_show",)))],
    ("SatisfactionView.show", "GET"): [_page("GET", "/satisfaction/", Door(("can_show",)))],
    ("SatisfactionView.chart", "GET"): [_page("GET", "/satisfaction/chart", Door(("can_show",)))],
    ("StockView.show", "GET"): [_page("GET", "/stock/", Door(("can_show",)))],
    ("GoodsView.show", "GET"): [_page("GET", "/goods/", Door(("can_show",)))],
    ("GoodsView.receive", "POST"): [_page("POST", "/goods/receive", Door(("can_edit",), UNREAD))],
    ("GoodsView.ship", "POST"): [_page("POST", "/goods/ship", Door(("can_edit",), UNREAD))],
    ("CampaignComparisonView.show", "GET"): [
        _page("GET", "/campaign-comparison/", Door(("can_list",)))
    ],
    ("CampaignComparisonView.chart", "GET"): [
        _page("GET", "/campaign-comparison/chart", Door(("can_list",)))
    ],
    ("MyDayView.show", "GET"): [_page("GET", "/my-day/", Door(("can_show",)))],
    ("MyDayView.done", "POST"): [
        _page("POST", "/my-day/done/tasks/{key}", Door((ACTIONS,), TRIED), "Task")
    ],
    ("ReportView.show", "GET"): [_page("GET", "/reports/", Door(("can_show",)))],
    ("ReportView.open", "GET"): [
        _page(
            "GET",
            f"/reports/{report.name}.pdf?month=2026-03&since=2026-03-01&until=2026-03-31"
            + ("&customer={key}" if "customer" in report.inputs else ""),
            Door(("can_show", *(right for right, _screen in report.needs))),
            "Customer" if "customer" in report.inputs else None,
        )
        for report in REPORTS
    ],
    ("SettingView.show", "GET"): [_page("GET", "/settings/", Door(("can_show",)))],
    ("SettingView.save", "POST"): [_page("POST", "/settings/", Door(("can_edit",), TRIED))],
    ("RoleView.matrix", "GET"): [
        Probe("GET", "/roles/{key}/matrix", Door(("can_show",)), entity="Role")
    ],
    # Rights are an administrator's to give; see ONLY_ADMINISTRATORS.
    ("RoleView.save_matrix", "POST"): [
        Probe("POST", "/roles/{key}/matrix", Door(("can_edit",), TRIED), entity="Role")
    ],
    ("RoleView.fields", "GET"): [
        Probe("GET", "/roles/{key}/fields/Customer", Door(("can_show",)), entity="Role")
    ],
    ("RoleView.preview", "POST"): [
        Probe("POST", "/roles/{key}/preview", Door(("can_edit",)), entity="Role")
    ],
    ("RoleView.save_fields", "POST"): [
        Probe("POST", "/roles/{key}/fields/Customer", Door(("can_edit",), TRIED), entity="Role")
    ],
    ("AccessRuleView.fields", "GET"): [
        _page("GET", "/access-rules/fields/Customer", Door(("can_show",)))
    ],
    ("AccessRuleView.preview", "POST"): [
        _page("POST", "/access-rules/preview", Door(("can_edit",)))
    ],
    ("ExplainView.person", "GET"): [
        Probe("GET", "/access/people/{key}", Door(("can_explain",)), entity="User")
    ],
    ("ExplainView.record", "GET"): [
        _page("GET", "/access/customers/{key}", Door(("can_explain", "can_show")), "Customer")
    ],
    # sharing: whoever opens the record sees with whom
    ("ShareView.picker", "GET"): [_page("GET", "/shares/picker/user", Door(("can_share",)))],
    ("ShareView.card", "GET"): [
        _page("GET", "/shares/customers/{key}", Door(("can_show",)), "Customer")
    ],
    ("ShareView.add", "POST"): [
        _page(
            "POST", "/shares/customers/{key}", Door(("can_show", "can_share"), UNREAD), "Customer"
        )
    ],
    ("ShareView.remove", "POST"): [
        _page(
            "POST",
            "/shares/customers/{key}/0/remove",
            Door(("can_show", "can_share"), ABSENT),
            "Customer",
        )
    ],
    ("HandoverView.show", "GET"): [
        Probe("GET", "/handover/{key}", Door((ACTIONS,)), entity="User")
    ],
    ("HandoverView.save", "POST"): [
        Probe("POST", "/handover/{key}", Door((ACTIONS,), TRIED), entity="User")
    ],
    # for whoever may restore; whoever deleted it may take that back without the right
    ("BinEntryView.restore_with", "POST"): [
        _page("POST", "/bin-entries/{key}/restore", Door((ACTIONS,), UNREAD), "BinEntry")
    ],
    ("BinEntryView.undo", "POST"): [
        _page("POST", "/bin-entries/{key}/undo", Door((ACTIONS,), TRIED), "BinEntry")
    ],
    # importing: the right on the entity's screen, and the person's own file
    ("ImportView.list", "GET"): [_page("GET", "/import/", Door(("can_list",)))],
    ("ImportView.upload", "GET"): [_page("GET", "/import/customers", Door(_IMPORT))],
    ("ImportView.upload", "POST"): [_page("POST", "/import/customers", Door(_IMPORT, TRIED))],
    ("ImportView.template", "GET"): [
        _page("GET", "/import/customers/template.xlsx", Door(_IMPORT))
    ],
    ("ImportView.columns", "GET"): [
        _page("GET", "/import/runs/{key}/columns", Door(_IMPORT), "ImportRun")
    ],
    ("ImportView.show", "GET"): [
        _page("GET", "/import/runs/{key}", Door(_IMPORT, frozenset({200, 302})), "ImportRun")
    ],
    ("ImportView.progress", "GET"): [
        _page("GET", "/import/runs/{key}/progress", Door(_IMPORT), "ImportRun")
    ],
    ("ImportView.errors", "GET"): [
        _page("GET", "/import/runs/{key}/errors.csv", Door(_IMPORT), "ImportRun")
    ],
    ("ImportView.columns", "POST"): [
        _page("POST", "/import/runs/{key}/columns", Door(_IMPORT, TRIED), "ImportRun")
    ],
    ("ImportView.sheet", "POST"): [
        _page("POST", "/import/runs/{key}/sheet", Door(_IMPORT, TRIED), "ImportRun")
    ],
    ("ImportView.start", "POST"): [
        _page("POST", "/import/runs/{key}/start", Door(_IMPORT, TRIED), "ImportRun")
    ],
    ("ImportView.discard", "POST"): [
        _page("POST", "/import/runs/{key}/discard", Door(_IMPORT, TRIED), "ImportRun")
    ],
    ("ImportView.trial", "GET"): [
        _page("GET", "/import/runs/{key}/trial", Door(_IMPORT, frozenset({200, 409})), "ImportRun")
    ],
    ("ImportView.steer", "POST"): [
        _page("POST", "/import/runs/{key}/pause", Door(_IMPORT, TRIED), "ImportRun")
    ],
    ("ImportView.undo", "POST"): [
        _page("POST", "/import/runs/{key}/undo", Door(_IMPORT, TRIED), "ImportRun")
    ],
    # what was changed at once: the person's own, with the right of the screen it was done on
    ("ChangeSetView.list", "GET"): [_page("GET", "/changes/", Door(("can_list",)))],
    ("ChangeSetView.undo", "POST"): [_page("POST", "/changes/0/undo", Door(opened=ABSENT))],
    ("ExportView.fetch", "GET"): [_page("GET", "/exports/0", Door(opened=ABSENT))],
    # data quality: as far as the person lists customers
    ("QualityView.show", "GET"): [_page("GET", "/quality/", Door(("can_list",)))],
    ("QualityView.figures", "GET"): [_page("GET", "/quality/figures", Door(("can_list",)))],
    ("QualityView.customers", "GET"): [
        _page("GET", "/quality/customers?check=no_phone", Door(("can_list",)))
    ],
    ("QualityView.verify", "POST"): [
        _page("POST", "/quality/customers/verify", Door(("can_list", ACTIONS), UNREAD))
    ],
    # merging: the right of the entity's screen, whose rows are compared and listed
    ("DuplicateView.show", "GET"): [_page("GET", "/quality/duplicates/customers", Door(_MERGE))],
    ("DuplicateView.scan", "POST"): [
        _page("POST", "/quality/duplicates/customers/scan", Door(_MERGE, frozenset({302})))
    ],
    ("DuplicateView.progress", "GET"): [
        _page("GET", "/quality/duplicates/customers/progress", Door(_MERGE))
    ],
    ("DuplicateView.dismiss", "POST"): [
        _page("POST", "/quality/duplicates/customers/0/dismiss", Door(_MERGE, ABSENT))
    ],
    ("MergeView.compare", "GET"): [
        _page("GET", "/quality/merge/customers", Door(_MERGE, frozenset({302})))
    ],
    ("MergeView.merge", "POST"): [_page("POST", "/quality/merge/customers", Door(_MERGE, UNREAD))],
    ("MergeView.undo", "POST"): [_page("POST", "/quality/merges/0/undo", Door(opened=ABSENT))],
    ("NotificationView.open", "POST"): [
        _page("POST", "/notifications/{key}/open", _SENT_ON, "Notification")
    ],
    # last: it ends the session
    ("AuthView.logout", "POST"): [
        _page("POST", "/logout/", Door(opened=frozenset({302}), is_private=False))
    ],
}
