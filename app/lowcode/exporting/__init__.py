"""Files of exactly the filtered list: CSV and Excel from here, PDF by whoever registers it."""

from app.lowcode.exporting.answer import download, export_response
from app.lowcode.exporting.formats import Format, export, find, register
from app.lowcode.exporting.table import ExportTable, readable_columns, table_of

__all__ = [
    "ExportTable",
    "Format",
    "download",
    "export",
    "export_response",
    "find",
    "readable_columns",
    "register",
    "table_of",
]
