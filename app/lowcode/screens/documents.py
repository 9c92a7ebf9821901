"""PDFs of one record and the bar of its states."""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

from flask import abort, current_app, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import permission_name
from flask_babel import force_locale, get_locale

from app.lowcode import audit, documents, field_rights, principal
from app.lowcode.once_rendered import address_of
from app.lowcode.pages import Step
from app.lowcode.screens.declare import Document


class Documents:
    """Adds `/<pk>/print/<name>` for the declared documents."""

    @expose("/<int:pk>/print/<name>")
    @permission_name("print")
    def print(self, pk: int, name: str) -> Any:
        """The PDF, shown in the browser; each printing stands in the audit trail.

        `?lang=` asks for another language than the reader's.
        """
        if principal.current().user_id is None:
            abort(401)
        document = next((d for d in self.documents if d.name == name), None) or abort(404)
        if not self._may_print(document):
            abort(403)
        item = self.get_item(pk)
        with asked_language():
            answer = documents.answer(documents.write(name, item), f"{document.label} {item!r}")
        audit.record_apart("print", self.model.__name__, pk, repr(item), {"document": [None, name]})
        return answer

    def document_links(self, item: Any) -> list[tuple[str, str]]:
        return [
            link
            for document in self.documents
            if self._may_print(document) and (document.when is None or document.when(item))
            for link in self._links(document, item)
        ]

    def _may_print(self, document: Document) -> bool:
        """Its right, those on the lists it draws from, and on the columns it tells."""
        can = principal.current().can
        if not field_rights.all_readable(document.reads):
            return False
        return self.may(document.right) and all(can("can_list", need) for need in document.needs)

    def _links(self, document: Document, item: Any) -> Iterator[tuple[str, str]]:
        """In the reader's language, and one more for each other where the document has them."""
        url = address_of(f"{self.endpoint}.print", item.id, name=document.name)
        yield str(document.label), url
        if document.for_customer:
            for code, language in current_app.config["LANGUAGES"].items():
                if code != str(get_locale()):
                    yield f"{document.label} · {language['name']}", f"{url}?lang={code}"


def asked_language() -> Any:
    """The language of `?lang=`, where it is one of the product's."""
    code = request.args.get("lang")
    return force_locale(code) if code in current_app.config["LANGUAGES"] else nullcontext()


def steps_of(view: Any, item: Any) -> list[Step]:
    """The status bar of a record; a state off the usual way stands alone at the end."""
    bar = view.status_bar
    if bar is None or not field_rights.readable(view.model, bar.column):
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
