"""Anonymous feedback and democratic-supervision portal.

This file holds the version and nothing else, so that ``portal.tlog``, ``portal.crypto`` and ``portal.audit.verify``
can be imported by an auditor who has neither Flask nor SQLAlchemy. The application factories are in
:mod:`portal.factory`.
"""

__version__ = "0.1.0"
