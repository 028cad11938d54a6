"""Checking everything from outside: sources, invariants, the verifier, and the bundle an auditor is given.

``verify``, ``invariants``, ``ballots``, ``issuers``, ``turnout``, ``publications``, ``openings`` and ``source`` need
neither Flask nor SQLAlchemy.
"""
