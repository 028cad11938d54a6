"""The baseline of ``submit.py``: a bare Flask route that does one durable insert of the body."""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading

from flask import Flask, request

app = Flask(__name__)
local = threading.local()


def connection() -> sqlite3.Connection:
    """One connection a thread, with the same durability as the portal's."""
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(os.environ["BARE_DATABASE"], timeout=10, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            local.connection.execute(f"PRAGMA {pragma}")
        local.connection.execute("CREATE TABLE IF NOT EXISTS entry (id BLOB PRIMARY KEY, data BLOB) WITHOUT ROWID")
    return local.connection


@app.post("/")
def insert() -> tuple[str, int]:
    """Insert the body, durably."""
    store = connection()
    store.execute("BEGIN IMMEDIATE")
    store.execute("INSERT INTO entry VALUES (?, ?)", (secrets.token_bytes(16), request.get_data()))
    store.execute("COMMIT")
    return "", 201
