"""``portal serve``: gunicorn without an access log, and the ticker beside it."""

from __future__ import annotations

import importlib
import subprocess
import sys
import threading
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from portal.cli.assets import record_assets
from portal.config import ROOT, ConfigError, Settings, load_settings


class QuietLogger(Logger):  # type: ignore[misc]
    """Logs no address, no path, no traceback and no time: gunicorn's own messages may carry a visitor's."""

    error_fmt = "[%(process)d] [%(levelname)s] %(message)s"

    def access(self, *_args: Any, **_kwargs: Any) -> None:
        """There is no access log."""

    def warning(self, *_args: Any, **_kwargs: Any) -> None:
        """Warnings name the addresses of malformed requests; they are counted by nobody."""

    def exception(self, *_args: Any, **_kwargs: Any) -> None:
        """The fact alone."""
        self.error_log.error("a request failed unexpectedly")


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn configured from our settings only; no configuration file, no command line of its own."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Set the options."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Import the WSGI app in the worker: it must be made after the fork."""
        sys.path.insert(0, str(ROOT))
        return importlib.import_module("wsgi").app


def server_options(*, host: str, port: int, workers: int, threads: int) -> dict[str, Any]:
    """Gunicorn's options."""
    return {
        "bind": [f"{host}:{port}"],
        "workers": workers,
        "threads": threads,
        "worker_class": "gthread",
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "error",
        "logger_class": QuietLogger,
        "control_socket_disable": True,
        "graceful_timeout": 20,
        "timeout": 60,
        "keepalive": 5,
        "limit_request_line": 2048,
        "limit_request_fields": 50,
        "chdir": str(ROOT),
        "worker_tmp_dir": None,
        "forwarded_allow_ips": "127.0.0.1",
    }


def run(settings: Settings, *, host: str, port: int, workers: int, threads: int) -> None:
    """Serve until told to stop. The ticker is a process of its own that ends with this one."""
    if settings.env == "demo" and host not in {"127.0.0.1", "::1", "localhost"}:
        raise ConfigError("The demonstration office is served on this machine only (127.0.0.1).")
    stop = threading.Event()
    keeper = threading.Thread(target=keep_ticking, args=(stop,), daemon=True)
    keeper.start()
    try:
        Server(server_options(host=host, port=port, workers=workers, threads=threads)).run()
    finally:
        stop.set()
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
@click.option("--workers", default=2, show_default=True, help="Worker processes.")
@click.option("--threads", default=4, show_default=True, help="Threads in each worker.")
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the portal (gunicorn, no access log) and run the ticker."""
    settings = load_settings()
    record_assets(settings)
    run(settings, host=host, port=port, workers=workers, threads=threads)
