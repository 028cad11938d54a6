"""Alembic's environment: runs in the application context that ``portal db`` opens (Flask-Migrate)."""

from alembic import context
from flask import current_app

from portal import models

assert models.ALL
migrate = current_app.extensions["migrate"]
engine = migrate.db.engine
metadata = migrate.db.metadata


def run_offline() -> None:
    """Print SQL without a connection."""
    url = engine.url.render_as_string(hide_password=False)
    context.configure(url=url, target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """Run against the bound database.

    SQLite cannot alter a constraint: Alembic copies the table and drops the old one, which must not cascade to the rows
    that refer to it. Foreign keys are therefore checked once, at the end, instead of at each step.
    """
    with engine.connect() as connection:
        sqlite = connection.connection.dbapi_connection if connection.dialect.name == "sqlite" else None
        if sqlite is not None:
            sqlite.execute("PRAGMA foreign_keys=OFF")
        context.configure(connection=connection, target_metadata=metadata, **migrate.configure_args)
        with context.begin_transaction():
            context.run_migrations()
            if sqlite is not None and sqlite.execute("PRAGMA foreign_key_check").fetchone():
                raise RuntimeError("the migration would break a reference; nothing was changed")
        if sqlite is not None:
            sqlite.execute("PRAGMA foreign_keys=ON")


if context.is_offline_mode():
    run_offline()
else:
    run_online()
