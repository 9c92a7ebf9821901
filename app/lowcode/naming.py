"""Names derived from a class: its titles (msgids) and its resource in addresses and the API."""

import re
from typing import Any

_IRREGULAR = {"Person": "People"}


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
