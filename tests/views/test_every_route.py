"""Claims about every address of the product, generated from its own map."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter

from tests.visitors import Visitor

HEADERS = {
    "Content-Security-Policy": "script-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def some_value(converter: BaseConverter) -> Any:
    match converter:
        case IntegerConverter():
            return 1
        case AnyConverter(items=words):
            return min(words)
    return "x"


def addresses(app: Flask, *methods: str) -> Iterator[tuple[str, str]]:
    """(method, address) of every rule, with some value in each placeholder."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.endswith("static"):
            continue
        values: dict[str, Any] = {
            name: some_value(converter) for name, converter in rule._converters.items()
        }
        with app.test_request_context():
            address = rule.build(values, append_unknown=False)
        assert address is not None
        for method in sorted(set(methods) & (rule.methods or set())):
            yield method, address[1]


@pytest.mark.usefixtures("database")
def test_whatever_changes_something_asks_for_the_token_of_a_form(
    app: Flask, visitor: Callable[..., Visitor]
) -> None:
    boss = visitor("administrator")
    unguarded = []
    for method, address in addresses(app, "POST", "PUT", "PATCH", "DELETE"):
        for options in ({"data": {}}, {"json": {}}):
            answer = boss._client.open(address, method=method, **options)
            if answer.status_code != 400:
                unguarded.append((method, address, answer.status_code))
    assert not unguarded


def test_every_answer_carries_the_headers_and_none_breaks(
    app: Flask, visitor: Callable[..., Visitor]
) -> None:
    answers = answers_to(app, visitor("administrator"))
    assert not [address for address, status in answers.items() if status >= 500]


@pytest.mark.parametrize("role", [None, "none"])
def test_without_rights_only_the_own_things_answer(
    app: Flask, visitor: Callable[..., Visitor], role: str | None
) -> None:
    """A new address must be thought about here before it answers to everybody."""
    for_everybody = {"/healthz", "/login/"}
    for_signed_in = {
        "/", "/account/", "/account/keys/", "/account/password", "/account/sessions/", "/palette",
        "/notifications/", "/notifications/recent", "/help/", "/shelf/", "/api/v1/openapi.json",
    }  # fmt: skip
    answers = answers_to(app, app.test_client() if role is None else visitor())
    open_to_all = {address for address, status in answers.items() if status == 200}
    if role is None:
        assert open_to_all == for_everybody
    else:
        assert open_to_all - for_everybody <= for_signed_in


def answers_to(app: Flask, client: Any) -> dict[str, int]:
    """Address → status of the answer, which carries the headers whatever it is."""
    statuses = {}
    for _method, address in addresses(app, "GET"):
        answer = client.get(address)
        for name, value in HEADERS.items():
            assert value in answer.headers.get(name, ""), (address, name)
        statuses[address] = answer.status_code
    return statuses
