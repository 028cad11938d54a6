"""One person, one voice, no identity: what the portal knows of ballots.

``issuers``: the issuers' terms before opening, their lists after; ``redeem``: checking and spending a ballot;
``turnout``: how large the crowd is in which a comment hides. Rosters and the keys that sign are with the issuers
(``portal.issuing``), a process of their own that this package never imports.
"""
