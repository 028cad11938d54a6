"""Help: how to write, and for whoever wants to know, how everybody else works here."""

from __future__ import annotations

from flask import redirect, render_template
from flask.typing import ResponseReturnValue

from portal.web import guides
from portal.web.locale import public_locale, public_url
from portal.web.public.blueprint import public

FIRST = "submitter"


def url_of(name: str) -> str:
    """The address of a guide in this request's language."""
    return public_url("help_page") if name == FIRST else public_url("help_for", name=name)


@public.get("/help")
def help_page() -> ResponseReturnValue:
    """The guide for whoever writes."""
    return _shown(FIRST)


@public.get("/help/<name>")
def help_for(name: str) -> ResponseReturnValue:
    """The guide for somebody else."""
    return redirect(url_of(FIRST)) if name == FIRST else _shown(name)


def _shown(name: str) -> ResponseReturnValue:
    found = guides.guide(name, public_locale(), url_of)
    others = [(guides.title_of(one, public_locale()), url_of(one)) for one in guides.NAMES if one != name]
    return render_template("public/help.html", guide=found, others=others)
