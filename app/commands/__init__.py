"""The commands behind `kehu`: every module here that has a `command` is one."""

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask


def register(app: Flask) -> None:
    """Add the `command` of every module of this package to `flask`."""
    for module in iter_modules(__path__, f"{__name__}."):
        command = getattr(import_module(module.name), "command", None)
        if command is not None:
            app.cli.add_command(command)
