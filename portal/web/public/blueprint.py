"""The public blueprint; registered twice, Vietnamese at ``/`` and English at ``/en/``."""

from flask import Blueprint

public = Blueprint("public", __name__)
