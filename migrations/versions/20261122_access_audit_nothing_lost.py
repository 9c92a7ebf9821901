"""Who may see what, a chained trail, sessions, a recycle bin: nothing lost, nothing doubled."""

import re

import sqlalchemy as sa
from alembic import op
from flask import current_app

from app.lowcode.audit.sealing import seal_existing

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: entities whose rows have an owner, and those that stand at a place from here on
OWNED = ("Customer", "Deal", "Lead", "SalesOrder", "Task")
PLACED = ("Location", "Product", "ReorderPoint", "StockLevel", "StockMove", "Warehouse")
#: reaches that only this revision knows → the widest that is no wider in the one before
NARROWER = {"below": "own", "team_only": "own", "region": "own"}
#: tables whose rows are written by people
ENTITIES = (
    "attachment",
    "campaign",
    "campaign_member",
    "carrier",
    "competitor",
    "contact",
    "customer",
    "customer_address",
    "customer_source",
    "deal",
    "import_mapping",
    "import_run",
    "industry",
    "interaction",
    "job",
    "lead",
    "location",
    "lost_reason",
    "note",
    "payment",
    "payment_allocation",
    "pipeline",
    "product",
    "product_category",
    "product_component",
    "purchase_order",
    "purchase_order_line",
    "region",
    "reorder_point",
    "sales_order",
    "sales_order_line",
    "setting",
    "stage",
    "stage_change",
    "stock_level",
    "stock_move",
    "supplier",
    "survey",
    "survey_response",
    "tag",
    "target",
    "task",
    "team",
    "ticket",
    "unit",
    "warehouse",
)

role = sa.table("ab_role", sa.column("id"), sa.column("name"))
user_role = sa.table("ab_user_role", sa.column("user_id"), sa.column("role_id"))
api_key = sa.table("ab_api_key", sa.column("id"), sa.column("user_id"), sa.column("role_id"))
scope = sa.table("role_scope", sa.column("role_id"), sa.column("entity"), sa.column("reach"))
permission = sa.table("ab_permission", sa.column("id"), sa.column("name"))
screen = sa.table("ab_view_menu", sa.column("id"), sa.column("name"))
right = sa.table(
    "ab_permission_view",
    sa.column("id"),
    sa.column("permission_id"),
    sa.column("view_menu_id"),
)
held = sa.table("ab_permission_view_role", sa.column("permission_view_id"), sa.column("role_id"))


def _fill_new_tables() -> None:
    head = sa.table("audit_head", *map(sa.column, ("id", "sequence", "digest", "seal")))
    op.execute(sa.insert(head).values(id=1, sequence=0, digest="0" * 64, seal=""))


def _bind_keys_to_roles() -> None:
    """A key acts with one role from here on: the first of its person; without any it could
    do nothing and goes."""
    with op.batch_alter_table("ab_api_key", schema=None) as batch_op:
        batch_op.add_column(sa.Column("role_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("last_address", sa.String(length=64), nullable=True))
    first = (
        sa.select(sa.func.min(user_role.c.role_id))
        .where(user_role.c.user_id == api_key.c.user_id)
        .scalar_subquery()
    )
    op.execute(sa.update(api_key).values(role_id=first))
    op.execute(sa.delete(api_key).where(api_key.c.role_id.is_(None)))
    with op.batch_alter_table("ab_api_key", schema=None) as batch_op:
        batch_op.alter_column("role_id", existing_type=sa.Integer(), nullable=False)
        batch_op.create_foreign_key(
            "fk_ab_api_key_role_id", "ab_role", ["role_id"], ["id"], ondelete="CASCADE"
        )


def _chain_the_trail() -> None:
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sequence", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("salt", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("values_digest", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("digest", sa.String(length=64), nullable=True))
    seal_existing(op.get_bind(), current_app.config["SECRET_KEY"])
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.alter_column("sequence", existing_type=sa.BigInteger(), nullable=False)
        for name in ("values_digest", "digest"):
            batch_op.alter_column(name, existing_type=sa.String(length=64), nullable=False)
        batch_op.create_unique_constraint(batch_op.f("uq_audit_entry_sequence"), ["sequence"])


def _widen_reaches() -> None:
    with op.batch_alter_table("role_scope", schema=None) as batch_op:
        batch_op.alter_column(
            "reach",
            existing_type=sa.String(length=8),
            type_=sa.String(length=16),
            existing_nullable=False,
        )
    # Everybody went on seeing all goods and places: that is said role by role now.
    roles = op.get_bind().scalars(sa.select(role.c.id).where(role.c.name != "administrator"))
    rows = [
        {"role_id": key, "entity": entity, "reach": "all"} for key in roles for entity in PLACED
    ]
    if rows:
        op.bulk_insert(scope, rows)


def _seeded() -> sa.TableClause:
    return sa.table(
        "seeded_role",
        sa.column("key"),
        sa.column("role_id"),
        sa.column("screens", sa.JSON),
        sa.column("rights", sa.JSON),
    )


def _remember_rights() -> None:
    """Seeded roles were given whole screens: every right that these offered until now."""
    with op.batch_alter_table("seeded_role", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rights", sa.JSON(), nullable=True))
    connection, seeded = op.get_bind(), _seeded()
    pairs = connection.execute(
        sa.select(permission.c.name, screen.c.name)
        .join_from(right, permission, permission.c.id == right.c.permission_id)
        .join(screen, screen.c.id == right.c.view_menu_id)
    ).all()
    for key, screens in connection.execute(sa.select(seeded.c.key, seeded.c.screens)).all():
        rights = sorted(f"{name} {where}" for name, where in pairs if where in screens)
        connection.execute(sa.update(seeded).where(seeded.c.key == key).values(rights=rights))
    with op.batch_alter_table("seeded_role", schema=None) as batch_op:
        batch_op.alter_column("rights", existing_type=sa.JSON(), nullable=False)
        batch_op.drop_column("screens")


def _forget_rights() -> None:
    with op.batch_alter_table("seeded_role", schema=None) as batch_op:
        batch_op.add_column(sa.Column("screens", sa.JSON(), nullable=True))
    connection, seeded = op.get_bind(), _seeded()
    for key, rights in connection.execute(sa.select(seeded.c.key, seeded.c.rights)).all():
        screens = sorted({text.split()[1] for text in rights})
        connection.execute(sa.update(seeded).where(seeded.c.key == key).values(screens=screens))
    for reach, narrower in NARROWER.items():
        connection.execute(sa.update(scope).where(scope.c.reach == reach).values(reach=narrower))
    connection.execute(sa.delete(scope).where(scope.c.entity.in_(PLACED)))
    with op.batch_alter_table("seeded_role", schema=None) as batch_op:
        batch_op.alter_column("screens", existing_type=sa.JSON(), nullable=False)
        batch_op.drop_column("rights")


def _give_to_custom_roles() -> None:
    """Choosing the owner was part of editing and is a right of its own now: roles that the
    company made itself keep it. Seeded ones are given what their seed says."""
    connection, seeded = op.get_bind(), _seeded()
    ours = sa.select(seeded.c.role_id).where(seeded.c.role_id.is_not(None))
    editors = connection.execute(
        sa.select(held.c.role_id, right.c.view_menu_id)
        .join_from(held, right, right.c.id == held.c.permission_view_id)
        .join(permission, permission.c.id == right.c.permission_id)
        .join(screen, screen.c.id == right.c.view_menu_id)
        .where(permission.c.name == "can_edit", screen.c.name.in_(OWNED))
        .where(held.c.role_id.not_in(ours))
    ).all()
    if not editors:
        return
    connection.execute(sa.insert(permission).values(name="can_assign"))
    assign = sa.select(permission.c.id).where(permission.c.name == "can_assign")
    key = connection.scalar(assign)
    for where in sorted({where for _role, where in editors}):
        connection.execute(sa.insert(right).values(permission_id=key, view_menu_id=where))
        pair = connection.scalar(
            sa.select(right.c.id).where(right.c.permission_id == key, right.c.view_menu_id == where)
        )
        rows = [{"permission_view_id": pair, "role_id": r} for r, w in editors if w == where]
        connection.execute(sa.insert(held), rows)


def _keep_keys_for_ever() -> None:
    """SQLite gives the key of a deleted last row to the next one, unless the table says no.

    The tables are made anew from their own text, so that every constraint stays as it is.
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    for name in ENTITIES:
        parts = connection.execute(
            sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql <> ''"),
            {"name": name},
        ).all()
        (whole,) = (sql for kind, sql in parts if kind == "table")
        rest = [sql for kind, sql in parts if kind != "table"]
        whole = whole.replace(
            "\tid INTEGER NOT NULL,", "\tid INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,", 1
        )
        key = re.compile(rf",\s*CONSTRAINT pk_{name} PRIMARY KEY \(id\)")
        whole, count = key.subn("", whole)
        if count != 1 or "AUTOINCREMENT" not in whole:
            raise RuntimeError(f"the table {name} is not as the migrations before made it")
        op.execute(
            re.sub(rf'CREATE TABLE "?{name}"?', f'CREATE TABLE "{name}__new"', whole, count=1)
        )
        # Computed columns are filled by the table itself.
        stored = [
            f'"{column}"'
            for _cid, column, _type, _notnull, _default, _pk, hidden in connection.execute(
                sa.text(f'PRAGMA table_xinfo("{name}")')
            )
            if not hidden
        ]
        columns = ", ".join(stored)
        op.execute(f'INSERT INTO "{name}__new" ({columns}) SELECT {columns} FROM "{name}"')
        op.execute(f'DROP TABLE "{name}"')
        op.execute(f'ALTER TABLE "{name}__new" RENAME TO "{name}"')
        for sql in rest:
            op.execute(sql)
        _skip_known_keys(name)


def _skip_known_keys(name: str) -> None:
    """The trail knows rows that are gone: what is new must not look like them."""
    connection = op.get_bind()
    entity = "".join(part.capitalize() for part in name.split("_"))
    known = connection.scalar(
        sa.text("SELECT max(entity_id) FROM audit_entry WHERE entity = :entity"),
        {"entity": entity},
    )
    last = connection.scalar(
        sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": name}
    )
    if known and known > (last or 0):
        op.execute(f"DELETE FROM sqlite_sequence WHERE name = '{name}'")
        op.execute(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('{name}', {known})")


def _lock_stock_moves() -> None:
    """The ledger of the warehouse is written once: the database itself refuses the rest."""
    if op.get_bind().dialect.name == "sqlite":
        for name, what in (("values", "UPDATE"), ("rows", "DELETE")):
            op.execute(
                f"CREATE TRIGGER stock_move_keeps_{name} BEFORE {what} ON stock_move "
                "BEGIN SELECT RAISE(ABORT, 'stock_move is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION stock_move_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'stock_move is append-only' USING ERRCODE = 'restrict_violation'; "
        "END $$"
    )
    op.execute(
        "CREATE TRIGGER stock_move_stays BEFORE UPDATE OR DELETE ON stock_move "
        "FOR EACH ROW EXECUTE FUNCTION stock_move_stays()"
    )
    op.execute(
        "CREATE TRIGGER stock_move_stays_whole BEFORE TRUNCATE ON stock_move "
        "FOR EACH STATEMENT EXECUTE FUNCTION stock_move_stays()"
    )


def _unlock_stock_moves() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER stock_move_keeps_values")
        op.execute("DROP TRIGGER stock_move_keeps_rows")
        return
    op.execute("DROP TRIGGER stock_move_stays ON stock_move")
    op.execute("DROP TRIGGER stock_move_stays_whole ON stock_move")
    op.execute("DROP FUNCTION stock_move_stays()")


def upgrade() -> None:
    op.create_table(
        "access_epoch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_epoch")),
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("moment", sa.DateTime(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_checkpoint")),
        sa.UniqueConstraint("sequence", name=op.f("uq_audit_checkpoint_sequence")),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "access_rule",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("entity", sa.String(length=64), nullable=False),
        sa.Column("effect", sa.String(length=8), nullable=False),
        sa.Column("operation", sa.String(length=8), nullable=False),
        sa.Column("condition", sa.JSON(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("notes", sa.String(length=500), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_on", sa.DateTime(), nullable=False),
        sa.Column("changed_on", sa.DateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_access_rule_changed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_access_rule_created_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_rule")),
        sa.UniqueConstraint("name", name=op.f("uq_access_rule_name")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("access_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_rule_created_on"), ["created_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_rule_entity"), ["entity"], unique=False)

    op.create_table(
        "idempotency_key",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("location", sa.String(length=500), nullable=True),
        sa.Column("body", sa.JSON(), nullable=True),
        sa.Column("created_on", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_idempotency_key_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_idempotency_key")),
    )
    with op.batch_alter_table("idempotency_key", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_idempotency_key_created_on"), ["created_on"], unique=False
        )

    op.create_table(
        "ownership_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=64), nullable=False),
        sa.Column("entity_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=True),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("changed_on", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["ab_user.id"], name=op.f("fk_ownership_change_by_id")),
        sa.ForeignKeyConstraint(
            ["from_id"], ["ab_user.id"], name=op.f("fk_ownership_change_from_id")
        ),
        sa.ForeignKeyConstraint(["to_id"], ["ab_user.id"], name=op.f("fk_ownership_change_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ownership_change")),
    )
    with op.batch_alter_table("ownership_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ownership_change_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ownership_change_from_id"), ["from_id"], unique=False)
        batch_op.create_index("ix_ownership_change_row", ["entity", "entity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ownership_change_to_id"), ["to_id"], unique=False)

    op.create_table(
        "user_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_on", sa.DateTime(), nullable=False),
        sa.Column("seen_on", sa.DateTime(), nullable=False),
        sa.Column("expires_on", sa.DateTime(), nullable=False),
        sa.Column("confirmed_on", sa.DateTime(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("ended_on", sa.DateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_user_session_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("digest", name=op.f("uq_user_session_digest")),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_user_session_expires_on"), ["expires_on"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_user_session_user_id_ended_on"), ["user_id", "ended_on"], unique=False
        )

    op.create_table(
        "field_right",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=64), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["role_id"], ["ab_role.id"], name=op.f("fk_field_right_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_right")),
        sa.UniqueConstraint(
            "role_id", "entity", "field", name=op.f("uq_field_right_role_id_entity_field")
        ),
    )
    op.create_table(
        "role_grant",
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("granted_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["granted_id"],
            ["ab_role.id"],
            name=op.f("fk_role_grant_granted_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["ab_role.id"], name=op.f("fk_role_grant_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("role_id", "granted_id", name=op.f("pk_role_grant")),
    )
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_grant_granted_id"), ["granted_id"], unique=False)

    op.create_table(
        "user_category",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["product_category.id"],
            name=op.f("fk_user_category_category_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_user_category_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "category_id", name=op.f("pk_user_category")),
    )
    with op.batch_alter_table("user_category", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_user_category_category_id"), ["category_id"], unique=False
        )

    op.create_table(
        "user_warehouse",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("warehouse_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_user_warehouse_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"],
            ["warehouse.id"],
            name=op.f("fk_user_warehouse_warehouse_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "warehouse_id", name=op.f("pk_user_warehouse")),
    )
    with op.batch_alter_table("user_warehouse", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_user_warehouse_warehouse_id"), ["warehouse_id"], unique=False
        )

    op.create_table(
        "access_rule_subject",
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("is_exception", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_on", sa.DateTime(), nullable=False),
        sa.Column("changed_on", sa.DateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(CASE WHEN role_id IS NULL THEN 0 ELSE 1 END) "
            "+ (CASE WHEN team_id IS NULL THEN 0 ELSE 1 END) "
            "+ (CASE WHEN user_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_access_rule_subject_one_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_access_rule_subject_changed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_access_rule_subject_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["role_id"],
            ["ab_role.id"],
            name=op.f("fk_access_rule_subject_role_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["access_rule.id"], name=op.f("fk_access_rule_subject_rule_id")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"],
            ["team.id"],
            name=op.f("fk_access_rule_subject_team_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["ab_user.id"],
            name=op.f("fk_access_rule_subject_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_rule_subject")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("access_rule_subject", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_access_rule_subject_created_on"), ["created_on"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_access_rule_subject_rule_id"), ["rule_id"], unique=False
        )

    op.create_table(
        "bin_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=64), nullable=False),
        sa.Column("entity_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("deleted_on", sa.DateTime(), nullable=False),
        sa.Column("deleted_by_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deleted_by_id"], ["ab_user.id"], name=op.f("fk_bin_entry_deleted_by_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["ab_user.id"], name=op.f("fk_bin_entry_owner_id")),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_bin_entry_region_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_bin_entry_team_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bin_entry")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("bin_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bin_entry_deleted_by_id"), ["deleted_by_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_bin_entry_deleted_on"), ["deleted_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_bin_entry_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bin_entry_region_id"), ["region_id"], unique=False)
        batch_op.create_index("ix_bin_entry_row", ["entity", "entity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bin_entry_team_id"), ["team_id"], unique=False)

    op.create_table(
        "record_share",
        sa.Column("entity", sa.String(length=64), nullable=False),
        sa.Column("entity_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("access", sa.String(length=8), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.Column("notes", sa.String(length=200), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_on", sa.DateTime(), nullable=False),
        sa.Column("changed_on", sa.DateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(user_id IS NULL) <> (team_id IS NULL)", name=op.f("ck_record_share_person_or_team")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_record_share_changed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_record_share_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_record_share_team_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_record_share_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_share")),
        sa.UniqueConstraint(
            "entity", "entity_id", "team_id", name=op.f("uq_record_share_entity_entity_id_team_id")
        ),
        sa.UniqueConstraint(
            "entity", "entity_id", "user_id", name=op.f("uq_record_share_entity_entity_id_user_id")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("record_share", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_record_share_created_on"), ["created_on"], unique=False
        )
        batch_op.create_index("ix_record_share_row", ["entity", "entity_id"], unique=False)
        batch_op.create_index("ix_record_share_team", ["team_id", "entity"], unique=False)
        batch_op.create_index("ix_record_share_user", ["user_id", "entity"], unique=False)

    _fill_new_tables()
    _bind_keys_to_roles()
    _chain_the_trail()
    _widen_reaches()
    _remember_rights()
    _give_to_custom_roles()
    _keep_keys_for_ever()
    _lock_stock_moves()


def downgrade() -> None:
    # On SQLite keys stay never given again: that harms no earlier version.
    _unlock_stock_moves()
    _forget_rights()
    with op.batch_alter_table("role_scope", schema=None) as batch_op:
        batch_op.alter_column(
            "reach",
            existing_type=sa.String(length=16),
            type_=sa.String(length=8),
            existing_nullable=False,
        )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_audit_entry_sequence"), type_="unique")
        batch_op.drop_column("digest")
        batch_op.drop_column("values_digest")
        batch_op.drop_column("salt")
        batch_op.drop_column("sequence")
    with op.batch_alter_table("ab_api_key", schema=None) as batch_op:
        batch_op.drop_constraint("fk_ab_api_key_role_id", type_="foreignkey")
        batch_op.drop_column("last_address")
        batch_op.drop_column("role_id")

    with op.batch_alter_table("record_share", schema=None) as batch_op:
        batch_op.drop_index("ix_record_share_user")
        batch_op.drop_index("ix_record_share_team")
        batch_op.drop_index("ix_record_share_row")
        batch_op.drop_index(batch_op.f("ix_record_share_created_on"))

    op.drop_table("record_share")
    with op.batch_alter_table("bin_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bin_entry_team_id"))
        batch_op.drop_index("ix_bin_entry_row")
        batch_op.drop_index(batch_op.f("ix_bin_entry_region_id"))
        batch_op.drop_index(batch_op.f("ix_bin_entry_owner_id"))
        batch_op.drop_index(batch_op.f("ix_bin_entry_deleted_on"))
        batch_op.drop_index(batch_op.f("ix_bin_entry_deleted_by_id"))

    op.drop_table("bin_entry")
    with op.batch_alter_table("access_rule_subject", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_rule_subject_rule_id"))
        batch_op.drop_index(batch_op.f("ix_access_rule_subject_created_on"))

    op.drop_table("access_rule_subject")
    with op.batch_alter_table("user_warehouse", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_warehouse_warehouse_id"))

    op.drop_table("user_warehouse")
    with op.batch_alter_table("user_category", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_category_category_id"))

    op.drop_table("user_category")
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_grant_granted_id"))

    op.drop_table("role_grant")
    op.drop_table("field_right")
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_session_user_id_ended_on"))
        batch_op.drop_index(batch_op.f("ix_user_session_expires_on"))

    op.drop_table("user_session")
    with op.batch_alter_table("ownership_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ownership_change_to_id"))
        batch_op.drop_index("ix_ownership_change_row")
        batch_op.drop_index(batch_op.f("ix_ownership_change_from_id"))
        batch_op.drop_index(batch_op.f("ix_ownership_change_by_id"))

    op.drop_table("ownership_change")
    with op.batch_alter_table("idempotency_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_key_created_on"))

    op.drop_table("idempotency_key")
    with op.batch_alter_table("access_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_rule_entity"))
        batch_op.drop_index(batch_op.f("ix_access_rule_created_on"))

    op.drop_table("access_rule")
    op.drop_table("audit_head")
    op.drop_table("audit_checkpoint")
    op.drop_table("access_epoch")
