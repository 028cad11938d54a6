"""Views that need a recent sign-in: a page asks for the password first, a post from a stale page is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask import redirect, request
from flask.typing import ResponseReturnValue

from portal.web.fresh import is_fresh, require_fresh, verify_url

View = Callable[..., ResponseReturnValue]


def freshly(view: View) -> View:
    """Let ``view`` run only while the sign-in is fresh."""

    @wraps(view)
    def guarded(*args: object, **kwargs: object) -> ResponseReturnValue:
        if request.method == "GET" and not is_fresh():
            return redirect(verify_url())
        require_fresh()
        return view(*args, **kwargs)

    return guarded
