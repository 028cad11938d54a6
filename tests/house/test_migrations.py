"""Migrations and models say the same, both ways."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from portal import models
from portal.extensions import Base, database_app, db


def test_upgrade_gives_the_models_and_downgrade_takes_them_back(settings) -> None:
    # given an empty database
    assert models.ALL
    app = database_app(settings)
    with app.app_context():
        # when every migration runs
        upgrade()
        # then models and schema are equal
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Base.metadata) == []
            assert set(inspect(connection).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
        # and when they are taken back, nothing is left
        downgrade(revision="base")
        with db.engine.connect() as connection:
            assert set(inspect(connection).get_table_names()) == {"alembic_version"}


def test_migrated_and_created_schemas_have_the_same_sql(settings, tmp_path) -> None:
    # given one database made by the migrations and one made from the models
    def schema(create) -> dict[str, str]:
        app = database_app(settings)
        with app.app_context():
            create()
            with db.engine.connect() as connection:
                rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").all()
                db.drop_all()
            db.engine.dispose()
        return {name: " ".join(sorted(sql.replace('"', "").replace(",", " ").split())) for name, sql in rows}

    migrated, created = schema(upgrade), schema(db.create_all)
    migrated.pop("alembic_version")
    # then checks, row-number choices and unique indexes are the same too
    assert migrated == {name: sql for name, sql in created.items() if name != "alembic_version"}
