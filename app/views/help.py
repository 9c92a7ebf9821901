"""The manual: Markdown pages of docs/manual in the reader's language, opened by the help button."""

from pathlib import Path
from typing import Any

from flask import abort, current_app, render_template
from flask_appbuilder import BaseView, expose
from flask_babel import get_locale
from flask_babel import gettext as _
from markdown_it import MarkdownIt
from markupsafe import Markup

from app.lowcode import principal


class HelpView(BaseView):
    """`/help/` lists the pages, `/help/<page>` shows one; for everybody who is signed in."""

    route_base = "/help"
    default_view = "index"

    @expose("/")
    def index(self) -> Any:
        return self._page("index")

    @expose("/<name>")
    def page(self, name: str) -> Any:
        return self._page(name)

    def _page(self, name: str) -> Any:
        if principal.current().user_id is None:
            abort(401)
        manual: Path = current_app.extensions["kehu_settings"].root / "docs" / "manual"
        for language in (str(get_locale()), "zh"):
            path = manual / language / f"{name}.md"
            if name.replace("-", "").isalnum() and path.is_file():
                return self._show(path)
        return abort(404)

    def _show(self, path: Path) -> Any:
        text = path.read_text(encoding="utf-8")
        title = next((line[2:] for line in text.splitlines() if line.startswith("# ")), _("Help"))
        # Our own pages, with raw HTML switched off all the same.
        content = Markup(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))  # noqa: S704
        return render_template("help.html", title=title, content=content)
