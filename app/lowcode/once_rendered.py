"""What is the same on many pages, made once: addresses, the head, the scripts' texts, and what
follows from somebody's rights alone.

A process may hold more than one product, and a product stand under more than one prefix of
addresses: both belong to what is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from flask import Flask, Response, abort, current_app, render_template, request, url_for
from flask_babel import force_locale, get_locale
from markupsafe import Markup

from app.lowcode import principal
from app.lowcode.bounded import Bounded
from app.lowcode.principal import Principal

_KEPT, _KEPT_STATES = "kehu_rendered", "kehu_rendered_states"
#: what is kept of the states of lists, which have no end
_MOST_STATES = 500
#: stands in addresses for the keys of records
_NO_KEY = 9_999_999_999
_of_actors: WeakKeyDictionary[Principal, dict[tuple[Any, ...], Any]] = WeakKeyDictionary()


class KeyedAddress(NamedTuple):
    """An address but for the key in it."""

    start: str
    end: str

    def of(self, key: int) -> str:
        return f"{self.start}{key}{self.end}"


@dataclass(frozen=True)
class Script:
    """A file that the product writes itself."""

    url: str
    body: str


def init(app: Flask) -> None:
    app.extensions[_KEPT], app.extensions[_KEPT_STATES] = {}, Bounded(_MOST_STATES)
    app.jinja_env.globals.update(asset=asset, texts_url=texts_url, part=part)
    app.add_url_rule("/texts/<locale>.js", "texts", texts)


def kept(key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
    """What `make` gives, made once for this product at this prefix."""
    found = current_app.extensions[_KEPT]
    whole = (request.root_path, *key)
    if whole not in found:
        found[whole] = make()
    return found[whole]


def kept_for_actor(key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
    """What `make` gives for the acting person in their language, made once while rights hold."""
    found = _of_actors.setdefault(principal.current(), {})
    whole = (id(current_app.extensions), request.root_path, str(get_locale()), *key)
    if whole not in found:
        found[whole] = make()
    return found[whole]


def kept_for_state(key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
    """`kept_for_actor` of what differs with the address, which people may write at will."""
    whole = (principal.current(), request.root_path, str(get_locale()), *key)
    return current_app.extensions[_KEPT_STATES].get(whole, make)


def address(endpoint: str, **values: str) -> str:
    """`url_for` of an endpoint with few different values."""
    key = ("address", endpoint, *sorted(values.items()))
    return str(kept(key, lambda: url_for(endpoint, **values)))  # type: ignore[arg-type]


def addresses_of(endpoint: str, name: str = "pk", /, **values: str) -> KeyedAddress:
    """`url_for` of an endpoint of which the value `name` is the key of a record."""
    pattern: dict[str, Any] = {**values, name: _NO_KEY}
    start, _key, end = url_for(endpoint, **pattern).partition(str(_NO_KEY))
    return KeyedAddress(start, end)


def address_of(endpoint: str, key: int, /, **values: str) -> str:
    """`url_for` of an endpoint that has the key of a record in its address."""
    which = ("address of", endpoint, *sorted(values.items()))
    found: KeyedAddress = kept(which, lambda: addresses_of(endpoint, **values))
    return found.of(key)


def asset(path: str) -> str:
    """A static file's address; the version in it lets browsers keep the file for good."""
    version = current_app.config["VERSION"]
    return str(kept(("asset", path), lambda: url_for("static", filename=path, v=version)))


def drawn(template: str, **values: Any) -> Markup:
    """What a template writes, to be put into others."""
    return Markup(render_template(template, **values))  # noqa: S704


def part(template: str, **values: str | None) -> Markup:
    """A part of a page that depends on the language and these few values alone."""
    key = ("part", template, str(get_locale()), *sorted(values.items()))
    found: Markup = kept(key, lambda: drawn(template, **values))
    return found


def part_of_actor(template: str, name: str, values: Callable[[], dict[str, Any]]) -> Markup:
    """A part of a page that depends on the language and the rights of the acting person alone."""
    found: Markup = kept_for_actor(("part", template, name), lambda: drawn(template, **values()))
    return found


def texts_url(locale: str) -> str:
    """Where the scripts' texts of a language are; other texts have another address."""
    return _texts(locale).url


def texts(locale: str) -> Response:
    """The texts and settings of the scripts, for everybody who reads the language."""
    if locale not in current_app.config["LANGUAGES"]:
        abort(404)
    return for_good(_texts(locale).body, mimetype="text/javascript")


def for_good(body: str, *, mimetype: str) -> Response:
    """A file whose address changes with what it holds."""
    answer = current_app.response_class(body, mimetype=mimetype)
    answer.cache_control.public = answer.cache_control.immutable = True
    lasting = current_app.config["SEND_FILE_MAX_AGE_DEFAULT"]
    answer.cache_control.max_age = int(lasting.total_seconds())
    return answer


def numbered(body: str) -> str:
    """The version of what a file holds, for its address."""
    return sha256(body.encode()).hexdigest()[:12]


def _texts(locale: str) -> Script:
    def make() -> Script:
        with force_locale(locale):
            dialogs = render_template("shell/dialogs.html")
            body = render_template("shell/texts.html", locale=locale, dialogs=dialogs)
        return Script(url_for("texts", locale=locale, v=numbered(body)), body)

    found: Script = kept(("texts", locale), make)
    return found
