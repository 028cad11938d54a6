"""Migrations and models say the same, both ways."""

from datetime import date

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import MetaData, inspect, select

from portal import models
from portal.extensions import Base, database_app, db
from tests.postgres import sqlite_only


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


@sqlite_only
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


OLD_ROWS = (
    ("taxonomy_version", {"version": 1, "document": "{}", "sha256": "0" * 64}),
    ("account", {"id": 1, "email": "m@example.org", "name": "M", "locale": "vi", "active": True, "fs_uniquifier": "u"}),
    *(("log_leaf", {"index": n, "kind": "x", "data": b"{}", "leaf_hash": bytes([n]) * 32}) for n in range(5)),
    (
        "moderator_key",
        {"kid": "a" * 32, "account_id": 1, "public_key": b"k", "wrapped": "w", "state": "active", "add_leaf": 0},
    ),
    (
        "consultation",
        {
            "id": "thu-2026",
            "title_vi": "Góp ý",
            "title_en": "",
            "intro_vi": "",
            "intro_en": "",
            "notice_vi": "Chú ý",
            "notice_en": "",
            "opens": date(2026, 11, 1),
            "closes": date(2026, 11, 30),
            "state": "closed",
            "taxonomy_version": 1,
            "k": 5,
            "k_paraphrase": 10,
            "mix_minimum": 10,
            "max_chars": 1000,
            "ballot_mode": "open",
            "headcount": 75,
            "open_leaf": 0,
        },
    ),
    (
        "unit",
        {"consultation_id": "thu-2026", "code": "P1", "position": 0, "name_vi": "P", "name_en": "", "level": "unit",
         "headcount": 12},
    ),
    ("consultation_moderator", {"consultation_id": "thu-2026", "kid": "a" * 32}),
    (
        "submission",
        {"leaf_hash": b"\x01" * 32, "consultation_id": "thu-2026", "envelope_sha256": b"e" * 32,
         "locator_hash": b"l" * 32, "leaf_index": 1},
    ),
    ("sealed_envelope", {"leaf_hash": b"\x01" * 32, "data": b"sealed"}),
    (
        "coding",
        {"id": 1, "consultation_id": "thu-2026", "submission_leaf": 1, "coder_id": 1, "revision": 1, "current": True,
         "sealed": b"s", "commitment": b"c" * 32, "coding_leaf": 2},
    ),
    ("moderation_progress", {"consultation_id": "thu-2026", "coded": 1}),
    ("reading", {"consultation_id": "thu-2026", "kid": "a" * 32, "reading_leaf": 3}),
    (
        "publication",
        {"consultation_id": "thu-2026", "document": b"d", "counts_sealed": b"c", "paraphrases_sealed": b"p",
         "counts_commitment": b"c" * 32, "finding_leaf": 4},
    ),
    (
        "concern",
        {"id": 1, "consultation_id": "thu-2026", "code": "C1", "state": "received", "owner": "", "published": False,
         "acknowledge_by": date(2026, 12, 7), "due": date(2027, 1, 8), "public_text": "", "public_salt": ""},
    ),
    (
        "report",
        {"consultation_id": "thu-2026", "state": "draft", "style": "party", "draft_sealed": b"d",
         "document_sealed": b"d", "kept": ""},
    ),
)


def _tables(connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    return found


def _everything() -> list[tuple[str, list]]:
    """All rows of the tables that the first schema has, in its columns."""
    with db.engine.connect() as connection:
        tables = _tables(connection).tables
        return [
            (name, connection.execute(select(*(tables[name].columns[column] for column in values))).all())
            for name, values in OLD_ROWS
        ]


def _broken_keys(connection) -> list:
    """References that lead nowhere, and whether they would be noticed at all; PostgreSQL never stops looking."""
    if connection.dialect.name == "postgresql":
        return []
    watching = connection.exec_driver_sql("PRAGMA foreign_keys").scalar()
    return [*connection.exec_driver_sql("PRAGMA foreign_key_check").all(), *([] if watching else ["unwatched"])]


def test_a_filled_database_keeps_every_row_on_the_way_up_and_down(settings) -> None:
    # given a database of the first version with a row in every table that refers to a consultation
    with database_app(settings).app_context():
        upgrade(revision="0001")
        with db.engine.begin() as connection:
            tables = _tables(connection).tables
            referring = {
                name
                for name, table in tables.items()
                if any(key.column.table.name == "consultation" for key in table.foreign_keys)
            }
            assert referring <= {name for name, _ in OLD_ROWS}
            for name, values in OLD_ROWS:
                connection.execute(tables[name].insert(), values)
        before = _everything()
        # when it is upgraded, then nothing is lost, and the new columns say that there are no ballots
        upgrade()
        assert _everything() == before
        with db.engine.connect() as connection:
            new = connection.exec_driver_sql("SELECT each_ballots, collect_from, collect_until FROM consultation").all()
            assert new == [(3, None, None)]
            assert _broken_keys(connection) == []
        # and taken back to the first version, nothing is lost either
        downgrade(revision="0001")
        assert _everything() == before
        with db.engine.connect() as connection:
            assert _broken_keys(connection) == []
        db.engine.dispose()
