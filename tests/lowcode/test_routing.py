"""Addresses are built as ever, whenever their builders are made."""

from flask import Flask
from werkzeug.routing import Map, Rule

from app.lowcode.routing import LateRule

RULES = ["/a/<int:pk>", "/a/<name>/b.<fmt>", "/a/", "/texts/<path:rest>"]
VALUES = [{"pk": 7}, {"name": "x y", "fmt": "csv", "q": "1"}, {"page": 2, "q": "客户"},
          {"rest": "a/b"}]  # fmt: skip


def test_a_late_rule_builds_what_a_rule_builds() -> None:
    built = []
    for kind in (Rule, LateRule):
        rules = Map([kind(path, endpoint=path) for path in RULES]).bind("localhost")
        built.append(
            [
                [rules.build(path, values) for _twice in range(2)]
                for path, values in zip(RULES, VALUES, strict=True)
            ]
        )
    assert built[0] == built[1]


def test_the_product_uses_them(app: Flask) -> None:
    late = [rule for rule in app.url_map.iter_rules() if isinstance(rule, LateRule)]
    assert len(late) > 1000
