"""Alembic's environment of the issuer's store (``portal.issuing.store`` gives the engine)."""

from alembic import context

from portal.issuing.models import IssuerBase

with context.config.attributes["engine"].connect() as connection:
    options = {"target_metadata": IssuerBase.metadata, "render_as_batch": True, "compare_type": True}
    context.configure(connection=connection, **options)
    with context.begin_transaction():
        context.run_migrations()
