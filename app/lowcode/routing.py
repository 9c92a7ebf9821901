"""Addresses whose builders are made when first needed: most of two thousand never are."""

from collections.abc import Callable
from threading import Lock
from typing import Any

from werkzeug.routing import Rule

#: Python 3.11 miscounts where two threads parse at once, and refuses one of them
_parsing = Lock()


class LateRule(Rule):
    """Werkzeug compiles two functions for each address, which takes a third of the start."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        make = super()._compile_builder
        name = "_build_unknown" if append_unknown else "_build"

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            with _parsing:
                made = make(append_unknown)
            setattr(rule, name, made.__get__(rule, None))
            return made(rule, **values)

        return build
