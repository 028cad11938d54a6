"""Watching what a portal serves: pages, scripts and styles against each other, the log and a build of one's own.

An auditor runs it from elsewhere and at random times (``portal audit watch``). It needs neither Flask nor SQLAlchemy.
What it can and cannot prove stands in docs/served-code.md, with every failure's name.
"""
