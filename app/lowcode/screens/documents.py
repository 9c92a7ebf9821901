"""PDFs of one record and the bar of its states."""

from typing import Any

from flask import abort, make_response, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from app.lowcode import audit, documents
from app.lowcode.pages import Step


class Documents:
    """Adds `/<pk>/print/<name>` for the declared documents."""

    @expose("/<int:pk>/print/<name>")
    @has_access
    @permission_name("print")
    def print(self, pk: int, name: str) -> Any:
        """The PDF, shown in the browser; each printing stands in the audit trail."""
        if name not in {document.name for document in self.documents}:
            abort(404)
        item = self.get_item(pk)
        data = documents.write(name, item)
        answer = make_response(data)
        answer.mimetype = "application/pdf"
        file_name = f"{name}-{item!r}.pdf".replace("/", "-")
        answer.headers.set("Content-Disposition", "inline", filename=file_name)
        audit.record_apart("print", self.model.__name__, pk, repr(item), {"document": [None, name]})
        return answer

    def document_links(self, item: Any) -> list[tuple[str, str]]:
        if not self.may("can_print"):
            return []
        return [
            (str(document.label), url_for(f"{self.endpoint}.print", pk=item.id, name=document.name))
            for document in self.documents
        ]


def steps_of(view: Any, item: Any) -> list[Step]:
    """The status bar of a record; a state off the usual way stands alone at the end."""
    bar = view.status_bar
    if bar is None:
        return []
    field = view.field(bar.column)
    value = getattr(item, bar.column)
    if callable(bar.path):
        pairs = list(bar.path(item))
        now = str(getattr(value, "id", value))
    else:
        labels = {option.value: option.label for option in field.options}
        pairs = [(code, labels[code]) for code in bar.path]
        now = str(getattr(value, "value", value))
    codes = [code for code, _label in pairs]
    if now not in codes:
        return [Step(label, "ahead") for _code, label in pairs] + [Step(field.text(value), "now")]
    at = codes.index(now)
    return [
        Step(label, "done" if i < at else "now" if i == at else "ahead")
        for i, (_code, label) in enumerate(pairs)
    ]
