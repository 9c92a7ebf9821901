"""The product's own scripts and style sheets, each sort as one file.

A browser that opens a page for the first time asks for two files instead of thirty, and no page
names them all.
"""

from pathlib import Path

from flask import Flask, Response, abort, current_app, url_for

from app.lowcode.once_rendered import Script, for_good, kept, numbered
from config import Settings

#: name of the file → its parts, in order, and what they are
_PARTS = {
    "page.css": (
        "text/css",
        "tokens base shell list views record form editing import access conditions",
    ),
    "page.js": (
        "text/javascript",
        "core shell passwords palette list inline keyboard filters views board calendar charts "
        "record pickers conditions groups form lines",
    ),
}


def init(app: Flask, _settings: Settings) -> None:
    app.jinja_env.globals["bundle_url"] = bundle_url
    app.add_url_rule("/bundles/<name>", "bundle", bundle)


def bundle_url(name: str) -> str:
    """Where a file is; one with another content has another address."""
    return _made(name).url


def bundle(name: str) -> Response:
    if name not in _PARTS:
        abort(404)
    return for_good(_made(name).body, mimetype=_PARTS[name][0])


def _made(name: str) -> Script:
    def make() -> Script:
        folder = Path(str(current_app.static_folder)) / name.rpartition(".")[2]
        parts = (folder / f"{part}{Path(name).suffix}" for part in _PARTS[name][1].split())
        body = "\n".join(part.read_text("utf-8") for part in parts)
        return Script(url_for("bundle", name=name, v=numbered(body)), body)

    found: Script = kept(("bundle", name), make)
    return found
