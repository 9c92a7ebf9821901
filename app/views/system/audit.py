"""The audit trail as IT administrators read it: a list that nobody edits."""

from app.entities.system.audit import AuditEntry
from app.lowcode.screens import Chart, EntityInterface, EntityView


class AuditEntryView(EntityView):
    datamodel = EntityInterface(AuditEntry)
    icon = "history"
    base_permissions = ["can_list", "can_show", "can_export"]
    list_columns = ["created_on", "actor", "action", "entity", "label", "address"]
    show_columns = ["created_on", "user", "actor", "address", "action", "entity", "label"]
    quick_search = ["actor", "label"]
    filters = ["created_on", "user", "action", "entity", "entity_id"]
    order_columns = ["created_on"]
    base_order = ("created_on", "desc")
    layouts = [Chart("created_on"), Chart("user"), Chart("action")]
    help_page = "audit"
