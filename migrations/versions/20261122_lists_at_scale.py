"""Lists at scale: a search index, saved views, change sets that can be undone, duplicates."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


#: SQLite's index of words stands beside its table, and triggers keep them in step
WORDS = (
    "CREATE VIRTUAL TABLE search_words USING fts5(tokens, content='search_entry',"
    " content_rowid='id', tokenize='ascii', detail='none', columnsize=0)",
    "CREATE TRIGGER search_entry_comes AFTER INSERT ON search_entry BEGIN"
    " INSERT INTO search_words (rowid, tokens) VALUES (new.id, new.tokens); END",
    "CREATE TRIGGER search_entry_goes AFTER DELETE ON search_entry BEGIN"
    " INSERT INTO search_words (search_words, rowid, tokens)"
    " VALUES ('delete', old.id, old.tokens); END",
    "CREATE TRIGGER search_entry_changes AFTER UPDATE ON search_entry BEGIN"
    " INSERT INTO search_words (search_words, rowid, tokens)"
    " VALUES ('delete', old.id, old.tokens);"
    " INSERT INTO search_words (rowid, tokens) VALUES (new.id, new.tokens); END",
)


def _index_words() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(
            "ix_search_entry_tokens",
            "search_entry",
            ["tokens"],
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": 256},
        )
        return
    for statement in WORDS:
        op.execute(statement)


def _forget_words() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_search_entry_tokens", "search_entry")
    else:
        op.execute("DROP TABLE search_words")


def upgrade() -> None:
    op.create_table(
        "duplicate_cluster",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=64), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("found_on", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_cluster")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("duplicate_cluster", schema=None) as batch_op:
        batch_op.create_index("ix_duplicate_cluster_score", ["entity", "score"], unique=False)

    op.create_table(
        "search_declaration",
        sa.Column("entity", sa.String(length=64), nullable=False),
        sa.Column("declared", sa.String(length=64), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("entity", name=op.f("pk_search_declaration")),
    )
    op.create_table(
        "search_entry",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column(
            "tokens", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
    )
    _index_words()
    op.create_table(
        "duplicate_member",
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("entity_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"],
            ["duplicate_cluster.id"],
            name=op.f("fk_duplicate_member_cluster_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cluster_id", "entity_id", name=op.f("pk_duplicate_member")),
    )
    with op.batch_alter_table("duplicate_member", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_duplicate_member_entity_id"), ["entity_id"], unique=False
        )

    op.create_table(
        "favourite",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=64), nullable=False),
        sa.Column("entity_id", sa.Integer(), nullable=False),
        sa.Column("created_on", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_favourite_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_favourite")),
        sa.UniqueConstraint(
            "user_id", "entity", "entity_id", name=op.f("uq_favourite_user_id_entity_entity_id")
        ),
    )
    op.create_table(
        "not_duplicate",
        sa.Column("entity", sa.String(length=64), nullable=False),
        sa.Column("low_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("high_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_on", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["ab_user.id"],
            name=op.f("fk_not_duplicate_decided_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("entity", "low_id", "high_id", name=op.f("pk_not_duplicate")),
    )
    with op.batch_alter_table("not_duplicate", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_not_duplicate_decided_by_id"), ["decided_by_id"], unique=False
        )

    op.create_table(
        "recently_viewed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=64), nullable=False),
        sa.Column("entity_id", sa.Integer(), nullable=False),
        sa.Column("seen_on", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_recently_viewed_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recently_viewed")),
        sa.UniqueConstraint(
            "user_id",
            "entity",
            "entity_id",
            name=op.f("uq_recently_viewed_user_id_entity_entity_id"),
        ),
    )
    with op.batch_alter_table("recently_viewed", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recently_viewed_user_id_seen_on"), ["user_id", "seen_on"], unique=False
        )

    op.create_table(
        "change_set",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("resource", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("created", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("deleted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("undone_on", sa.DateTime(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_on", sa.DateTime(), nullable=False),
        sa.Column("changed_on", sa.DateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_change_set_changed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_change_set_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name=op.f("fk_change_set_job_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["ab_user.id"], name=op.f("fk_change_set_undone_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_set")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("change_set", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_set_created_on"), ["created_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_change_set_resource"), ["resource"], unique=False)

    op.create_table(
        "change_block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("created_on", sa.DateTime(), nullable=False),
        sa.Column("is_undone", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_set_id"],
            ["change_set.id"],
            name=op.f("fk_change_block_change_set_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_block")),
    )
    with op.batch_alter_table("change_block", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_change_block_change_set_id"), ["change_set_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_change_block_created_on"), ["created_on"], unique=False
        )

    op.create_table(
        "saved_view",
        sa.Column("entity", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_on", sa.DateTime(), nullable=False),
        sa.Column("changed_on", sa.DateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(audience = 'role') = (role_id IS NOT NULL)",
            name=op.f("ck_saved_view_role_of_audience"),
        ),
        sa.CheckConstraint(
            "(audience = 'team') = (team_id IS NOT NULL)",
            name=op.f("ck_saved_view_team_of_audience"),
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["ab_user.id"], name=op.f("fk_saved_view_changed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["ab_user.id"], name=op.f("fk_saved_view_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["ab_role.id"], name=op.f("fk_saved_view_role_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_saved_view_team_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_saved_view_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "user_id", "entity", "name", name=op.f("uq_saved_view_user_id_entity_name")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_view_created_on"), ["created_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_view_entity"), ["entity"], unique=False)

    op.create_table(
        "view_default",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=64), nullable=False),
        sa.Column("view_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(user_id IS NULL) <> (role_id IS NULL)", name=op.f("ck_view_default_person_or_role")
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["ab_role.id"], name=op.f("fk_view_default_role_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_view_default_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_view.id"], name=op.f("fk_view_default_view_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view_default")),
        sa.UniqueConstraint("role_id", "entity", name=op.f("uq_view_default_role_id_entity")),
        sa.UniqueConstraint("user_id", "entity", name=op.f("uq_view_default_user_id_entity")),
    )
    op.create_table(
        "view_pin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_view_pin_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_view.id"], name=op.f("fk_view_pin_view_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view_pin")),
        sa.UniqueConstraint("user_id", "view_id", name=op.f("uq_view_pin_user_id_view_id")),
    )
    with op.batch_alter_table("campaign_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_member_status"))
        batch_op.create_index("ix_campaign_member_status_id", ["status", "id"], unique=False)

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_role"))
        batch_op.create_index("ix_contact_role_id", ["role", "id"], unique=False)

    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_customer_lifecycle_stage"))
        batch_op.drop_index(batch_op.f("ix_customer_tier"))
        batch_op.create_index("ix_customer_credit_limit_id", ["credit_limit", "id"], unique=False)
        batch_op.create_index(
            "ix_customer_lifecycle_stage_id", ["lifecycle_stage", "id"], unique=False
        )
        batch_op.create_index("ix_customer_tier_id", ["tier", "id"], unique=False)

    with op.batch_alter_table("deal", schema=None) as batch_op:
        batch_op.create_index("ix_deal_amount_id", ["amount", "id"], unique=False)
        batch_op.create_index("ix_deal_probability_id", ["probability", "id"], unique=False)
        batch_op.create_index("ix_deal_weighted_amount_id", ["weighted_amount", "id"], unique=False)

    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_whole", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("line", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("change_set_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("skipped", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_index(
            batch_op.f("ix_import_run_change_set_id"), ["change_set_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_import_run_change_set_id"), "change_set", ["change_set_id"], ["id"]
        )

    with op.batch_alter_table("interaction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interaction_channel"))
        batch_op.drop_index(batch_op.f("ix_interaction_outcome"))
        batch_op.create_index("ix_interaction_channel_id", ["channel", "id"], unique=False)
        batch_op.create_index("ix_interaction_outcome_id", ["outcome", "id"], unique=False)

    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lead_score"))
        batch_op.drop_index(batch_op.f("ix_lead_status"))
        batch_op.create_index("ix_lead_score_id", ["score", "id"], unique=False)
        batch_op.create_index("ix_lead_status_id", ["status", "id"], unique=False)

    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_method"))
        batch_op.create_index("ix_payment_amount_id", ["amount", "id"], unique=False)
        batch_op.create_index("ix_payment_method_id", ["method", "id"], unique=False)

    with op.batch_alter_table("sales_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_order_total_amount"))
        batch_op.create_index(
            "ix_sales_order_required_date_id", ["required_date", "id"], unique=False
        )
        batch_op.create_index("ix_sales_order_state_id", ["state", "id"], unique=False)
        batch_op.create_index(
            "ix_sales_order_total_amount_id", ["total_amount", "id"], unique=False
        )

    with op.batch_alter_table("survey_response", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_survey_response_csat"))
        batch_op.drop_index(batch_op.f("ix_survey_response_nps"))
        batch_op.create_index("ix_survey_response_csat_id", ["csat", "id"], unique=False)
        batch_op.create_index("ix_survey_response_nps_id", ["nps", "id"], unique=False)

    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_priority"))
        batch_op.drop_index(batch_op.f("ix_task_status"))
        batch_op.create_index("ix_task_priority_id", ["priority", "id"], unique=False)
        batch_op.create_index("ix_task_status_id", ["status", "id"], unique=False)

    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_priority"))
        batch_op.drop_index(batch_op.f("ix_ticket_rating"))
        batch_op.drop_index(batch_op.f("ix_ticket_status"))
        batch_op.drop_index(batch_op.f("ix_ticket_type"))
        batch_op.create_index("ix_ticket_priority_id", ["priority", "id"], unique=False)
        batch_op.create_index("ix_ticket_rating_id", ["rating", "id"], unique=False)
        batch_op.create_index("ix_ticket_status_id", ["status", "id"], unique=False)
        batch_op.create_index("ix_ticket_type_id", ["type", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_type_id")
        batch_op.drop_index("ix_ticket_status_id")
        batch_op.drop_index("ix_ticket_rating_id")
        batch_op.drop_index("ix_ticket_priority_id")
        batch_op.create_index(batch_op.f("ix_ticket_type"), ["type"], unique=False)
        batch_op.create_index(batch_op.f("ix_ticket_status"), ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_ticket_rating"), ["rating"], unique=False)
        batch_op.create_index(batch_op.f("ix_ticket_priority"), ["priority"], unique=False)

    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index("ix_task_status_id")
        batch_op.drop_index("ix_task_priority_id")
        batch_op.create_index(batch_op.f("ix_task_status"), ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_priority"), ["priority"], unique=False)

    with op.batch_alter_table("survey_response", schema=None) as batch_op:
        batch_op.drop_index("ix_survey_response_nps_id")
        batch_op.drop_index("ix_survey_response_csat_id")
        batch_op.create_index(batch_op.f("ix_survey_response_nps"), ["nps"], unique=False)
        batch_op.create_index(batch_op.f("ix_survey_response_csat"), ["csat"], unique=False)

    with op.batch_alter_table("sales_order", schema=None) as batch_op:
        batch_op.drop_index("ix_sales_order_total_amount_id")
        batch_op.drop_index("ix_sales_order_state_id")
        batch_op.drop_index("ix_sales_order_required_date_id")
        batch_op.create_index(
            batch_op.f("ix_sales_order_total_amount"), ["total_amount"], unique=False
        )

    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index("ix_payment_method_id")
        batch_op.drop_index("ix_payment_amount_id")
        batch_op.create_index(batch_op.f("ix_payment_method"), ["method"], unique=False)

    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_index("ix_lead_status_id")
        batch_op.drop_index("ix_lead_score_id")
        batch_op.create_index(batch_op.f("ix_lead_status"), ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_score"), ["score"], unique=False)

    with op.batch_alter_table("interaction", schema=None) as batch_op:
        batch_op.drop_index("ix_interaction_outcome_id")
        batch_op.drop_index("ix_interaction_channel_id")
        batch_op.create_index(batch_op.f("ix_interaction_outcome"), ["outcome"], unique=False)
        batch_op.create_index(batch_op.f("ix_interaction_channel"), ["channel"], unique=False)

    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_import_run_change_set_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_import_run_change_set_id"))
        batch_op.drop_column("skipped")
        batch_op.drop_column("change_set_id")
        batch_op.drop_column("line")
        batch_op.drop_column("is_whole")

    with op.batch_alter_table("deal", schema=None) as batch_op:
        batch_op.drop_index("ix_deal_weighted_amount_id")
        batch_op.drop_index("ix_deal_probability_id")
        batch_op.drop_index("ix_deal_amount_id")

    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.drop_index("ix_customer_tier_id")
        batch_op.drop_index("ix_customer_lifecycle_stage_id")
        batch_op.drop_index("ix_customer_credit_limit_id")
        batch_op.create_index(batch_op.f("ix_customer_tier"), ["tier"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_customer_lifecycle_stage"), ["lifecycle_stage"], unique=False
        )

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_role_id")
        batch_op.create_index(batch_op.f("ix_contact_role"), ["role"], unique=False)

    with op.batch_alter_table("campaign_member", schema=None) as batch_op:
        batch_op.drop_index("ix_campaign_member_status_id")
        batch_op.create_index(batch_op.f("ix_campaign_member_status"), ["status"], unique=False)

    op.drop_table("view_pin")
    op.drop_table("view_default")
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_view_entity"))
        batch_op.drop_index(batch_op.f("ix_saved_view_created_on"))

    op.drop_table("saved_view")
    with op.batch_alter_table("change_block", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_block_created_on"))
        batch_op.drop_index(batch_op.f("ix_change_block_change_set_id"))

    op.drop_table("change_block")
    with op.batch_alter_table("change_set", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_set_resource"))
        batch_op.drop_index(batch_op.f("ix_change_set_created_on"))

    op.drop_table("change_set")
    with op.batch_alter_table("recently_viewed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recently_viewed_user_id_seen_on"))

    op.drop_table("recently_viewed")
    with op.batch_alter_table("not_duplicate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_not_duplicate_decided_by_id"))

    op.drop_table("not_duplicate")
    op.drop_table("favourite")
    with op.batch_alter_table("duplicate_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duplicate_member_entity_id"))

    op.drop_table("duplicate_member")
    _forget_words()
    op.drop_table("search_entry")
    op.drop_table("search_declaration")
    with op.batch_alter_table("duplicate_cluster", schema=None) as batch_op:
        batch_op.drop_index("ix_duplicate_cluster_score")

    op.drop_table("duplicate_cluster")
