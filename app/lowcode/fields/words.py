"""Names of things that code knows by an identifier, shown as translated words."""

from typing import Any

from flask_appbuilder import Model
from flask_babel import gettext as _

from app.lowcode.fields.base import Field, humanize
from app.lowcode.fields.inputs import KehuField
from app.lowcode.fields.scalars import TextField
from app.lowcode.naming import title_from, title_of
from app.lowcode.pages import Cell, Choice
from app.rules.errors import InvalidInput


class WordField(TextField):
    """`clean_up` in the database and the API, "Clean up" in the reader's language on a screen."""

    def text(self, value: Any) -> str:
        return _(humanize(value)) if value else ""

    def plain(self, value: Any) -> Any:
        return value

    def typed(self, value: Any) -> str:
        return value or ""

    def cell(self, value: Any) -> Cell:
        return Cell(self.kind, self.text(value))


class MsgidField(TextField):
    """A text that is kept in English and has a translation, such as what a job calls itself."""

    def text(self, value: Any) -> str:
        return _(value) if value else ""

    def plain(self, value: Any) -> Any:
        return value

    def typed(self, value: Any) -> str:
        return value or ""


class EntityNameField(Field):
    """The class name of an entity, shown as its title: `SalesOrder` as "Sales order"."""

    kind = "choice"
    form_class = KehuField

    def parse(self, text: str) -> str:
        wanted = text.strip().casefold()
        for option in self.options:
            if wanted in {option.value.casefold(), option.label.casefold()}:
                return option.value
        raise InvalidInput("This choice does not exist.", field=self.name)

    def text(self, value: Any) -> str:
        return _(title_from(value)) if value else ""

    def plain(self, value: Any) -> Any:
        return value

    def typed(self, value: Any) -> str:
        return value or ""

    @property
    def options(self) -> list[Choice]:
        entities = [mapper.class_ for mapper in Model.registry.mappers]
        if self.info.get("business"):
            # What the product keeps about itself is left out.
            own = "app.entities.system."
            entities = [entity for entity in entities if not entity.__module__.startswith(own)]
        audited = [e for e in entities if hasattr(e, "version") and getattr(e, "is_audited", True)]
        choices = [Choice(entity.__name__, _(title_of(entity))) for entity in audited]
        return sorted(choices, key=lambda choice: choice.label)
