"""An upper-level office: many offices' published findings, each verified, joined into one table and one report.

``checking`` says of a file what is wrong with it, ``sums`` joins what was published, ``guard`` shows that the sum says
nothing that the parts did not, ``drafting`` and ``edition`` make the report and its files, ``service`` and ``approval``
keep it all. Nothing here ever sees a comment, a coding or an exact count: only what offices have published.
"""
