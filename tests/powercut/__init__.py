"""Disks that fill, fail and lose their power under a real `portal serve`: `python -m tests.powercut`.

What only a file system of its own can show (docs/reliability.md). On a machine that lets nobody mount one, it says so.
"""
