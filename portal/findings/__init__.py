"""Findings: exact counts in, a publication that gives nobody away out.

Read in this order: ``disclosure`` (what may be shown, and why), ``rule`` (thresholds and bands), ``counts``
(how ballots are counted), ``publication`` (the document that is shown). Then of tables beside the lists: ``tables``
(their document), ``tables_figures`` (what their cells count), ``gate`` (whether they are given, and why a refusal says
nothing), ``attack`` and its parts (what could be proven). All these are pure, and all but the gate and the attacker can
be installed and read by an auditor without Flask, SQLAlchemy and SciPy; only ``models``, ``service``,
``tables_service``, ``tables_deciding`` and ``agreement`` know the database.
"""
