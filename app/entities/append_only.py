"""Tables whose rows are written once: the database itself refuses to change or delete them."""

from sqlalchemy import DDL, FromClause, Table, event

#: without a way around it: TRUNCATE leaves no row for a trigger to look at
_POSTGRESQL = (
    "CREATE FUNCTION %(table)s_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION '%(table)s is append-only' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER %(table)s_stays BEFORE UPDATE OR DELETE ON %(table)s "
    "FOR EACH ROW EXECUTE FUNCTION %(table)s_stays()",
    "CREATE TRIGGER %(table)s_stays_whole BEFORE TRUNCATE ON %(table)s "
    "FOR EACH STATEMENT EXECUTE FUNCTION %(table)s_stays()",
)
_SQLITE = (
    "CREATE TRIGGER %(table)s_keeps_values BEFORE UPDATE ON %(table)s "
    "BEGIN SELECT RAISE(ABORT, '%(table)s is append-only'); END",
    "CREATE TRIGGER %(table)s_keeps_rows BEFORE DELETE ON %(table)s "
    "BEGIN SELECT RAISE(ABORT, '%(table)s is append-only'); END",
)


def append_only(table: FromClause) -> None:
    """Creating `table` also creates the triggers that make UPDATE and DELETE an IntegrityError.

    SQLite drops them with the table: a migration that rebuilds it creates them again.
    """
    if not isinstance(table, Table):
        raise TypeError(f"{table} is no table")
    for dialect, statements in (("postgresql", _POSTGRESQL), ("sqlite", _SQLITE)):
        for statement in statements:
            ddl = DDL(statement).execute_if(dialect=dialect)
            event.listen(table, "after_create", ddl)
    drop = DDL("DROP FUNCTION %(table)s_stays()").execute_if(dialect="postgresql")
    event.listen(table, "after_drop", drop)
