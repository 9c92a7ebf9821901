"""What is printed: every PDF of the product, on one theme."""

from app.lowcode import exporting
from app.reports import list_report


def register() -> None:
    """Offer lists as PDF."""
    exporting.register(
        exporting.Format(
            "pdf",
            "application/pdf",
            list_report.write,
            most_rows=list_report.MOST_ROWS,
            takes_all_columns=False,
        )
    )
