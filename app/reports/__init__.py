"""What is printed: every PDF of the product, on one theme."""

from app.lowcode import documents, exporting
from app.lowcode.settings import get_setting
from app.reports import customer_statement, delivery_note, list_report, order_papers


def register() -> None:
    """Offer lists as PDF, and the papers of single records."""
    exporting.register(
        exporting.Format(
            "pdf",
            "application/pdf",
            list_report.write,
            most_rows=lambda: get_setting("pdf_rows"),
            takes_all_columns=False,
        )
    )
    documents.register("sales_order", order_papers.sales_order)
    documents.register("quotation", order_papers.quotation)
    documents.register("delivery_note", delivery_note.delivery_note)
    documents.register("customer_statement", customer_statement.customer_statement)
