"""Findings: exact counts in, a publication that gives nobody away out.

Read in this order: ``disclosure`` (what may be shown, and why), ``rule`` (thresholds and bands), ``counts``
(how ballots are counted), ``publication`` (the document that is shown). These are pure, so that an auditor
can install and read them without Flask and SQLAlchemy; only ``models`` and ``service`` know the database.
"""
