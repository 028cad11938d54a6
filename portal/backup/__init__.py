"""Keeping an instance and moving it: every table, whatever the engine.

``tables`` reads and writes rows by the schema that stands in the database, not by the models of this release, so that
a backup of an older release can be put back and upgraded afterwards. ``archive`` is the file.
"""
