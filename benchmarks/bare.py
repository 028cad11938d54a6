"""The baseline of ``submit.py``: a bare Flask route that does one durable insert of the body, by the plain driver."""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable

import psycopg
from flask import Flask, request

app = Flask(__name__)
local = threading.local()
PLACE = os.environ["BARE_DATABASE"]
"""An SQLite file, or a PostgreSQL address."""
Insert = Callable[[bytes, bytes], None]


def on_sqlite() -> Insert:
    """One connection a thread, with the same durability as the portal's."""
    connection = sqlite3.connect(PLACE, timeout=10, isolation_level=None)
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError:  # another thread is at it, and for that SQLite does not wait
            time.sleep(0.05)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS entry (id BLOB PRIMARY KEY, data BLOB) WITHOUT ROWID")

    def insert(key: bytes, data: bytes) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO entry VALUES (?, ?)", (key, data))
        connection.execute("COMMIT")

    return insert


def on_postgresql() -> Insert:
    """One connection a thread; each statement is a transaction of its own, in one round trip."""
    connection = psycopg.connect(PLACE, autocommit=True)
    connection.execute("SELECT pg_advisory_lock(1)")  # two that create one table at once would collide
    connection.execute("CREATE TABLE IF NOT EXISTS entry (id bytea PRIMARY KEY, data bytea)")
    connection.execute("SELECT pg_advisory_unlock(1)")

    def insert(key: bytes, data: bytes) -> None:
        connection.execute("INSERT INTO entry VALUES (%s, %s)", (key, data))

    return insert


@app.post("/")
def keep() -> tuple[str, int]:
    """Insert the body, durably."""
    if not hasattr(local, "insert"):
        local.insert = on_postgresql() if PLACE.startswith("postgresql:") else on_sqlite()
    local.insert(secrets.token_bytes(16), request.get_data())
    return "", 201


@app.get("/ping")
def ping() -> str:
    """The least there is."""
    return ""
