"""SQLAlchemy tables: columns, relationships and named constraints, no logic."""
