"""Pure functions from bytes to bytes: sealing, receipts, wrapped keys, commitments, sealing at rest.

Nothing here knows Flask, SQL, settings or the time. The browser's half is ``static/src/lib``; both produce and open the
same bytes (``tests/vectors/crypto``).
"""
