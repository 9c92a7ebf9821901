"""SQLAlchemy tables: columns, relationships and named constraints, no logic."""

from flask_appbuilder import Model

# Set here, before any table is declared: an index or constraint takes its name when it is made.
Model.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
