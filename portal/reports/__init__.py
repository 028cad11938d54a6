"""Findings into an official report: a document model, its draft, and its DOCX.

Read in this order: ``rows`` (what was published), ``phrases`` and ``profile`` (words and facts), ``draft``
(the report as a :class:`portal.reports.model.Document`), ``contradictions`` (what a drafter must decide),
``edit`` (the drafter's changes), ``docx`` and ``text`` (renderings), ``findings_file`` (what another office
imports). These are pure: no Flask, no SQLAlchemy, no clock. The studio's pure parts are ``compare``, ``merge``,
``figures``, ``review`` and ``notes``; ``models``, ``profiles``, ``service``, ``decisions``, ``approval``, ``redraft``
and ``scratch`` know the database.
"""
