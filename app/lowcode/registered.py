"""The screens of the product, by entity: who links to another screen finds it here."""

from typing import Any

from flask import Flask, current_app

_SCREENS = "kehu_screens"


def screens(app: Flask | None = None) -> dict[type[Any], Any]:
    """Entity → its screen, in the order of their registration; of `app`, else the current one."""
    found: dict[type[Any], Any] = (app or current_app).extensions.setdefault(_SCREENS, {})
    return found
