"""The window: an ordinary comment is taken before Flask sees its request.

A request's context, hooks and response cost the server as much as the comment itself, and on a consultation's last day
everybody comes at once. The judgement is the same (:func:`portal.web.public.submissions.take`). Whatever is not plainly
in order goes on to Flask untouched: another path, a page of another origin, a ballot, a length that is missing or too
large. What was judged and refused goes there with the refusal, which is said in words and in a language there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING

from flask import Flask

from portal.config import Settings
from portal.web.declared import LOCAL, PUBLIC, access_of
from portal.web.one_size import JSON, SENT_SIZE, status_line
from portal.web.origin import comes_from
from portal.web.public.bodies import read_sealed
from portal.web.public.submissions import REFUSED, take, told

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from portal.submissions.service import Acceptance

PATH = re.compile(r"(?:/en)?/c/([a-z0-9-]+)/submissions")


def install(app: Flask, settings: Settings) -> None:
    """Open it before the app, whose own view of that path must be everybody's: no guard is asked here."""
    if any(access_of(app, f"{name}.submit") != PUBLIC for name in ("public", "public_en")):
        raise RuntimeError("the window stands before a view that is not public")
    app.wsgi_app = Window(app, settings)  # type: ignore[method-assign]


class Window:
    """A WSGI app before another."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._app, self._inner = app, app.wsgi_app
        self._origins = frozenset(settings.public_origins)
        self._only_here = settings.demo
        self._most: int = app.config["MAX_CONTENT_LENGTH"]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """PEP 3333."""
        found = PATH.fullmatch(environ.get("PATH_INFO", ""))
        taken = self._take(found[1], environ) if found and self._is_ordinary(environ) else None
        if taken is None:
            return self._inner(environ, start_response)
        said, status = told(taken)
        data = said.ljust(SENT_SIZE)
        start_response(status_line(status), [("Content-Type", JSON), ("Content-Length", str(len(data)))])
        return [data]

    def _is_ordinary(self, environ: WSGIEnvironment) -> bool:
        length, named = environ.get("CONTENT_LENGTH", ""), environ.get("HTTP_ORIGIN")
        own = named == f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST')}"
        return (
            environ["REQUEST_METHOD"] == "POST"
            and not environ.get("SCRIPT_NAME")
            and comes_from(environ.get("HTTP_SEC_FETCH_SITE"), named, (named,) if own else self._origins)
            and (environ.get("REMOTE_ADDR") in LOCAL or not self._only_here)
            and "HTTP_TRANSFER_ENCODING" not in environ
            and length.isascii()
            and length.isdecimal()
            and int(length) <= self._most
        )

    def _take(self, cid: str, environ: WSGIEnvironment) -> Acceptance | None:
        """None where Flask is to go on, with the body as it came and, where it was judged, with the refusal."""
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = BytesIO(body)
        try:
            sealed = read_sealed(body)
            return take(self._app, cid, sealed, None) if sealed.ballot is None else None
        except Exception as refused:
            environ[REFUSED] = refused
            return None
