"""One description of a column for every use: list, form, filter, import, export and API."""

from app.lowcode.fields.base import Field
from app.lowcode.fields.registry import ResolvedPath, field_of, fields_of, resolve

__all__ = ["Field", "ResolvedPath", "field_of", "fields_of", "resolve"]
