"""Gunicorn as the portal and an issuer run it: no access log, no control socket, nothing of a visitor in a log."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from portal.config import ROOT, ConfigError

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


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
    """Gunicorn configured from our settings only; no configuration file, no command line of its own.

    ``module``: a module beside the package whose ``app`` is served.
    """

    def __init__(self, module: str, options: dict[str, Any]) -> None:
        self.module, self.options = module, options
        super().__init__()

    def load_config(self) -> None:
        """Set the options."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Import the WSGI app in the worker: it must be made after the fork."""
        sys.path.insert(0, str(ROOT))
        return importlib.import_module(self.module).app


WORKERS, THREADS = 2, 8
"""Processes, and threads in each of them, that ``portal serve`` runs unless it is told otherwise."""


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


def check_host(env: str, host: str) -> None:
    """Refuse to show a demonstration to anybody but this machine: its sign-ins are printed."""
    if env == "demo" and host not in LOOPBACK:
        raise ConfigError("The demonstration office is served on this machine only (127.0.0.1).")
