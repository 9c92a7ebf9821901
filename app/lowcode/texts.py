"""The product's texts in the reader's language, each looked up once per language and process.

A page holds hundreds of them, and the catalogue's own way to one is long.
"""

from typing import Any, TypeVar

from babel import Locale
from flask import Flask, g, has_app_context
from flask_babel import Babel, Domain, get_locale
from markupsafe import Markup

#: what people typed passes here, too: the number of texts kept per language has an end
MOST_KEPT = 10_000

_Text = TypeVar("_Text", bound=str)


class Texts(Domain):  # type: ignore[misc]
    """What `gettext` of the code and `_` of the templates ask."""

    def __init__(self) -> None:
        super().__init__()
        self._plain: dict[str, dict[str, str]] = {}
        self._marked: dict[str, dict[str, Markup]] = {}

    def gettext(self, string: str, **variables: Any) -> str:
        texts = self._plain.setdefault(_language(), {})
        text = texts.get(string)
        if text is None:
            text = _keep(texts, string, str(self.get_translations().ugettext(string)))
        return text % variables if variables else text

    def marked(self, string: str, **variables: Any) -> Markup:
        """The text as HTML, where what is put into its places is escaped."""
        texts = self._marked.setdefault(_language(), {})
        text = texts.get(string)
        if text is None:
            # The catalogue is as much ours as the templates are.
            found = Markup(self.get_translations().ugettext(string))  # noqa: S704
            text = _keep(texts, string, found)
        # As Jinja has it: "%%" is a percent sign whether or not the text has places.
        return text % variables if variables or "%" in text else text


def install(app: Flask, babel: Babel) -> None:
    """Ask a `Texts` wherever Flask-Babel and its templates would look into the catalogue."""
    texts = babel.domain_instance = Texts()
    app.jinja_env.globals.update(_=texts.marked, gettext=texts.marked)


def locale_of_reader() -> Locale | None:
    # Flask-Babel keeps it with the request, and finds the way there anew for every text.
    kept = g.get("_flask_babel") if has_app_context() else None
    return getattr(kept, "babel_locale", None) or get_locale()


def _language() -> str:
    locale = locale_of_reader()
    return str(locale.language) if locale else ""


def _keep(texts: dict[str, _Text], string: str, text: _Text) -> _Text:
    if len(texts) >= MOST_KEPT:
        texts.clear()
    texts[string] = text
    return text
