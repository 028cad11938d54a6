"""Words of what the report studio refuses."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

REPORTS = {
    "report-bad-publication": _l(
        "The published findings could not be read. Ask the administrator to run the verifier."
    ),
    "report-bad-table": _l("A table of the report's style or wording is wrong: %(key)s"),
    "report-bad-findings-file": _l("This findings file is damaged or does not belong to its log entry."),
    "report-bad-edition": _l("The data for checking this report is damaged or does not fit together."),
    "profile-missing": _l("Fill in the office's profile first."),
    "profile-malformed": _l("The office's profile could not be read. Check the numbers."),
    "report-unknown": _l("The report has not been started."),
    "report-approved": _l("The report has been approved and cannot be changed."),
    "report-changed": _l("Somebody has changed these words meanwhile. Yours are kept; look at both, then save again."),
    "report-handed": _l("The report has been handed over already."),
    "report-not-handed": _l("The report is not handed over. Look at the page again: its text may have changed."),
    "report-not-approved": _l("This version is not approved yet, so there is nothing to correct."),
    "report-same-person": _l("Whoever handed the report over, or changed it last, cannot approve it. Ask a colleague."),
    "report-points-open": _l("Some points still wait for a decision. Decide them first."),
    "report-reason": _l("Give a reason of %(least)s to %(most)s characters."),
    "report-choice": _l("Choose what to do about this point."),
    "report-choose": _l("Where you and the new draft both changed the words, choose one."),
    "report-scratch-full": _l("Too many sentences are being written at once. Save or close some of them."),
    "profile-unknown": _l("There is no such version of the profile."),
    "report-malformed": _l("The report's text could not be read. Nothing was lost; reload the page."),
}
