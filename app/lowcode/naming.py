"""Names derived from a class: its titles (msgids) and its resource in addresses and the API."""

import re
from functools import cache
from typing import Any

from flask_appbuilder import Model

_IRREGULAR = {"Person": "People"}


@cache
def entity_named(name: str) -> type[Any] | None:
    """The entity of this class name; None for one of another version."""
    return next((m.class_ for m in Model.registry.mappers if m.class_.__name__ == name), None)


def title_of(model: type[Any]) -> str:
    """`ProductCategory` → `Product category`."""
    return title_from(model.__name__)


def title_from(name: str) -> str:
    """`title_of` by the name of the class, which may be one of an earlier version."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return re.sub(r"^Api\b", "API", words[:1] + words[1:].lower())


def plural_of(model: type[Any]) -> str:
    """`ProductCategory` → `Product categories`."""
    title = title_of(model)
    if title in _IRREGULAR:
        return _IRREGULAR[title]
    if re.search(r"[^aeiou]y$", title):
        return title[:-1] + "ies"
    if re.search(r"(s|x|z|ch|sh)$", title):
        return title + "es"
    return title + "s"


def resource_of(model: type[Any]) -> str:
    """`ProductCategory` → `product-categories`."""
    return plural_of(model).lower().replace(" ", "-")


def in_sentence(title: str) -> str:
    """`Sales order` → `sales order`, `API key` as it is: a title inside a sentence."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
