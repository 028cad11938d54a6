"""What the problems and warnings of a roster's file say. Message ids: the page translates them.

Each is filled with ``line`` (a number) and the problem's ``detail``::

    gettext(PROBLEM_WORDS[problem.code], line=problem.line, **problem.detail)
"""

from __future__ import annotations

from portal.words import N_

PROBLEM_WORDS: dict[str, str] = {
    # the file
    "file-empty": N_("The file is empty."),
    "file-too-large": N_(
        "The file is larger than %(limit)s MiB. A roster needs much less: remove pictures and sheets."
    ),
    "file-old-excel": N_("This is an old Excel file (.xls) or one with a password. Save it as .xlsx without one."),
    "file-unknown": N_("Only CSV and Excel files (.xlsx) are read. Save the roster as one of them."),
    "workbook-damaged": N_("This Excel file is damaged. Open it in Excel and save it again."),
    "workbook-too-large": N_("This Excel file unpacks to too much. Copy the roster into a new file and save that."),
    "workbook-without-sheet": N_("This Excel file has no visible sheet."),
    "encoding-unknown": N_("The letters of this file cannot be read. Save it as CSV UTF-8 or as .xlsx."),
    "encoding-guessed": N_("The file is not in UTF-8 and was read as Windows-1258: look whether the names are right."),
    "header-missing": N_("No row of headings was found. Name the columns, such as: mã cán bộ, họ và tên, đơn vị."),
    "roster-empty": N_("There are headings, but nobody stands below them."),
    "rows-too-many": N_("The roster has more than %(limit)s people."),
    "problems-more": N_("There are %(count)s more such problems."),
    "warnings-more": N_("There are %(count)s more such warnings."),
    # the row of headings
    "column-twice": N_("Line %(line)s: the heading “%(column)s” names a column that is there already. Remove one."),
    "column-missing-staff-code": N_("Line %(line)s: a column with staff codes is missing (mã cán bộ)."),
    "column-missing-name": N_("Line %(line)s: a column with names is missing (họ và tên)."),
    "column-missing-unit-name": N_("Line %(line)s: a column with units is missing (đơn vị)."),
    # rows
    "quotes-malformed": N_("Line %(line)s: a quotation mark opens here and does not close properly."),
    "cell-date": N_("Line %(line)s: Excel has made a date of what was typed under “%(column)s”. Format it as text."),
    "cell-number": N_("Line %(line)s: the number under “%(column)s” is too long for Excel. Format it as text."),
    "cell-error": N_("Line %(line)s: there is an error of Excel under “%(column)s”."),
    "staff-code-missing": N_("Line %(line)s: the staff code is missing."),
    "staff-code-malformed": N_("Line %(line)s: a staff code has 1 to 24 letters without accents, digits and hyphens."),
    "staff-code-twice": N_("Line %(line)s: this staff code occurs already on line %(first)s."),
    "name-missing": N_("Line %(line)s: the name is missing."),
    "name-long": N_("Line %(line)s: the name is longer than %(limit)s characters."),
    "unit-name-missing": N_("Line %(line)s: the unit is missing."),
    "unit-name-long": N_("Line %(line)s: the unit's name is longer than %(limit)s characters."),
    "unit-code-missing": N_("Line %(line)s: the unit code is missing, but other lines have one."),
    "unit-code-malformed": N_("Line %(line)s: a unit code has 1 to 16 letters without accents, digits and hyphens."),
    "unit-code-two-names": N_("Line %(line)s: the same unit code stands with another unit name on line %(first)s."),
    "email-malformed": N_("Line %(line)s: this is not an e-mail address."),
    # warnings
    "legacy-font": N_("Line %(line)s: this looks like text for an old font (TCVN3 or VNI). Convert it to Unicode."),
    "person-twice": N_("Line %(line)s: the same name stands in the same unit on line %(first)s. Are they two people?"),
    "email-twice": N_("Line %(line)s: line %(first)s has the same e-mail. Whoever reads it gets both codes."),
    "unit-names-alike": N_("Line %(line)s: the unit is written almost as on line %(first)s. Is it another one?"),
}
