"""The OpenAPI 3.1 document, made from the declarations of the screens."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.lowcode.api.bodies import needs_value
from app.lowcode.api.rows import line_fields, line_parts
from app.lowcode.fields import Field, field_of, resolve
from app.lowcode.fields.relations import RelationField, TagsField

if TYPE_CHECKING:
    from app.lowcode.api.resource import EntityApi

Schema = dict[str, Any]

_ID: Schema = {"type": "integer", "readOnly": True}
_VERSION: Schema = {"type": "integer", "description": "counts the changes of the row"}
_REFERENCE: Schema = {
    "type": "object",
    "required": ["id", "label"],
    "properties": {"id": {"type": "integer"}, "label": {"type": "string"}},
}
_PROBLEM: Schema = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "message": {"type": "string"},
        "field": {"type": ["string", "null"]},
        "errors": {
            "type": "object",
            "description": "messages by field name; the empty name belongs to the whole row",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
_PROBLEMS = {
    "400": "The request cannot be read, or names a filter, column or order that is not offered.",
    "401": "Nobody is signed in, or the key is not valid.",
    "403": "The role does not allow this.",
    "404": "There is no such row for this person.",
    "409": "A rule forbids it now, somebody else changed the row in the meantime, or the "
    "idempotency key was used for another request.",
    "412": "The row has no longer the version that If-Match names.",
    "422": "Some of the values are refused.",
}
_QUERY = {
    "q": ("string", "words that the searched columns contain"),
    "where": ("string", "a condition tree as JSON"),
    "sort": ("string", "columns separated by commas, descending with a leading minus"),
    "page": ("integer", "number of the page, from 1"),
    "size": ("integer", "rows of a page, at most 100"),
    "fields": ("string", "columns of the answer, separated by commas"),
}
_FILTER = (
    "values separated by commas for choices and relations, low..high for numbers and dates, "
    "- for empty, * for not empty"
)

_IF_MATCH: Schema = {
    "name": "If-Match",
    "in": "header",
    "description": "the ETag of the row as it was read: refused if somebody changed it since; "
    "the version in the body does the same",
    "schema": {"type": "string"},
}
_ONCE: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "1 to 200 characters of your own: within 48 hours a repetition with the same "
    "body gets the first answer again and changes nothing; another body is refused",
    "schema": {"type": "string", "maxLength": 200},
}


def describe(apis: Sequence["EntityApi"], version: str, cookie: str) -> Schema:
    """The document of all resources, titles in the reader's language."""
    schemas: dict[str, Schema] = {"Reference": _REFERENCE, "Problem": _PROBLEM}
    paths: dict[str, Schema] = {}
    for api in apis:
        schemas |= _schemas(api)
        paths |= _paths(api)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Kehu 客户",
            "version": version,
            "description": "Requests that change something need the header X-CSRFToken when they "
            "come with a session cookie, and nothing more when they come with an API key.",
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"key": []}, {"session": []}],
        "tags": [{"name": api.name, "description": str(api.view.list_title)} for api in apis],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {
                status: {"description": text, "content": _json(_ref("Problem"))}
                for status, text in _PROBLEMS.items()
            },
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": cookie},
            },
        },
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


# schemas ------------------------------------------------------------------------
def _schemas(api: "EntityApi") -> dict[str, Schema]:
    view = api.view
    read: Schema = {"id": _ID, "version": _VERSION}
    read |= {path: _read(view.model, path) for path in api.readable}
    schemas = {api.name: {"type": "object", "properties": read}}
    write: Schema = {name: _written(field_of(view.model, name)) for name in view.form_columns}
    for part in line_parts(view):
        name = f"{api.name}.{part.name}"
        schemas[name] = _line_schema(view, part)
        read[part.name] = write[part.name] = {"type": "array", "items": _ref(name)}
    if write:
        required = [name for name in view.form_columns if needs_value(field_of(view.model, name))]
        new: Schema = {"type": "object", "properties": write, "additionalProperties": False}
        change = {**new, "properties": {**write, "version": _VERSION}}
        schemas[f"{api.name}.new"] = {**new, **({"required": required} if required else {})}
        schemas[f"{api.name}.change"] = change
    return schemas


def _line_schema(view: Any, part: Any) -> Schema:
    columns = {name: _written(field) for name, field in line_fields(view, part).items()}
    computed = {name: {"type": ["string", "null"], "readOnly": True} for name in part.computed}
    return {"type": "object", "properties": {"id": {"type": "integer"}, **columns, **computed}}


def _read(model: type[Any], path: str) -> Schema:
    resolved = resolve(model, path)
    title = {"title": str(resolved.label), "readOnly": True}
    if isinstance(resolved.field, TagsField):
        return {**title, "type": "array", "items": _ref("Reference")}
    if isinstance(resolved.field, RelationField):
        return {**title, **_or_null(_ref("Reference"))}
    return {**title, **_or_null(resolved.field.openapi())}


def _written(field: Field) -> Schema:
    schema = field.openapi()
    title = {"title": str(field.label)}
    return {**title, **(schema if field.required else _or_null(schema))}


# paths --------------------------------------------------------------------------
def _paths(api: "EntityApi") -> dict[str, Schema]:
    root = f"/{api.view.resource}"
    several: Schema = {}
    one: Schema = {}
    if api.offers("can_list"):
        several["get"] = _operation(api, "list", _page_of(api), "400", parameters=_query(api))
    if api.offers("can_add"):
        several["post"] = _operation(
            api,
            "create",
            _ref(api.name),
            *("400", "409", "422"),
            parameters=[_ONCE],
            body="new",
            status="201",
        )
    if api.offers("can_show"):
        one["get"] = _operation(api, "show", _ref(api.name), "404")
    if api.offers("can_edit"):
        for method, name in (("patch", "update"), ("put", "replace")):
            one[method] = _operation(
                api,
                name,
                _ref(api.name),
                *("400", "404", "409", "412", "422"),
                parameters=[_IF_MATCH],
                body="change",
            )
    if api.offers("can_delete"):
        one["delete"] = _operation(
            api, "delete", None, "404", "409", "412", parameters=[_IF_MATCH], status="204"
        )
    paths = {root: several} if several else {}
    if api.offers("can_list"):
        info = _operation(api, "info", {"type": "object"})
        paths[f"{root}/_info"] = {"get": info}
    if one:
        paths[f"{root}/{{id}}"] = {"parameters": [_key()], **one}
    for name in api.view.actions:
        act = _operation(
            api,
            f"action_{name}",
            _ref(api.name),
            *("404", "409", "412", "422"),
            parameters=[_IF_MATCH, _ONCE],
        )
        paths[f"{root}/{{id}}/actions/{name}"] = {"parameters": [_key()], "post": act}
    return paths


def _operation(
    api: "EntityApi",
    name: str,
    schema: Schema | None,
    *refusals: str,
    parameters: Sequence[Schema] = (),
    body: str = "",
    status: str = "200",
) -> Schema:
    answer: Schema = {"description": "Done"}
    if schema is not None:
        answer["content"] = _json(schema)
    problems = {
        code: {"$ref": f"#/components/responses/{code}"} for code in ("401", "403", *refusals)
    }
    operation: Schema = {
        "operationId": f"{api.name}_{name}",
        "tags": [api.name],
        "responses": {status: answer, **problems},
    }
    if parameters:
        operation["parameters"] = list(parameters)
    if body:
        content = _json(_ref(f"{api.name}.{body}"))
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _key() -> Schema:
    return {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}


def _page_of(api: "EntityApi") -> Schema:
    counts = {name: {"type": "integer"} for name in ("count", "page", "size")}
    rows = {"type": "array", "items": _ref(api.name)}
    return {"type": "object", "properties": {**counts, "result": rows}}


def _query(api: "EntityApi") -> list[Schema]:
    parameters = [
        {"name": name, "in": "query", "description": text, "schema": {"type": kind}}
        for name, (kind, text) in _QUERY.items()
    ]
    return parameters + [
        {
            "name": f"f.{path}",
            "in": "query",
            "description": f"{resolve(api.view.model, path).label}: {_FILTER}",
            "schema": {"type": "string"},
        }
        for path in api.view.filters
    ]
