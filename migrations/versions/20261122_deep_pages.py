"""Deep pages: long lists in the order of their making are read off one index."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "campaign_member",
    "contact",
    "customer",
    "deal",
    "interaction",
    "lead",
    "payment",
    "sales_order",
    "stock_move",
    "survey_response",
    "task",
    "ticket",
)


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as batch_op:
            batch_op.create_index(f"ix_{table}_created_on_id", ["created_on", "id"])
            batch_op.drop_index(f"ix_{table}_created_on")


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as batch_op:
            batch_op.create_index(f"ix_{table}_created_on", ["created_on"])
            batch_op.drop_index(f"ix_{table}_created_on_id")
