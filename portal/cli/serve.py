"""``portal serve``: gunicorn without an access log, and the ticker beside it."""

from __future__ import annotations

import subprocess
import sys
import threading

import click

from portal.cli.assets import record_assets
from portal.cli.context import open_log
from portal.cli.gunicorn_server import THREADS, WORKERS, Server, check_host, server_options
from portal.cli.witnessing import refuse_rolled_back
from portal.config import ROOT, Settings, load_settings

START_TIMEOUT = 3.0
"""Seconds for which a witness that cannot be reached delays the start; the ticker asks it again."""


def run(settings: Settings, *, host: str, port: int, workers: int, threads: int, ticker: bool = True) -> None:
    """Serve until told to stop. The ticker is a process of its own that ends with this one."""
    check_host(settings.env, host)
    stop = threading.Event()
    keeper = threading.Thread(target=keep_ticking, args=(stop,), daemon=True)
    if ticker:
        keeper.start()
    try:
        Server("wsgi", server_options(host=host, port=port, workers=workers, threads=threads)).run()
    finally:
        stop.set()
        if ticker:
            keeper.join(timeout=10)


def keep_ticking(stop: threading.Event) -> None:
    """Run the ticker until told to stop, and start it again whenever it ends: promises depend on it."""
    ticker = [sys.executable, "-m", "portal", "tick", "--every", "20"]
    while not stop.is_set():
        with subprocess.Popen(ticker, cwd=ROOT) as process:  # noqa: S603
            while process.poll() is None and not stop.wait(1):
                pass
            process.terminate()
        stop.wait(2)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--workers", default=WORKERS, show_default=True, help="Worker processes.")
@click.option("--threads", default=THREADS, show_default=True, help="Threads in each worker.")
@click.option("--no-ticker", is_flag=True, help="Leave the ticker to another process: `portal tick --every 20`.")
def serve(host: str, port: int, workers: int, threads: int, no_ticker: bool) -> None:
    """Serve the portal (gunicorn, no access log) and run the ticker.

    Refuses to start when a witness knows more of the log than the log itself.
    """
    settings = load_settings()
    refuse_rolled_back(settings, open_log(settings), timeout=START_TIMEOUT)
    record_assets(settings)
    run(settings, host=host, port=port, workers=workers, threads=threads, ticker=not no_ticker)
