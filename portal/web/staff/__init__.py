"""The staff app: who may enter which room."""

from __future__ import annotations

from flask import Blueprint, Flask

from portal.web import access
from portal.web.access import PUBLIC, SIGNED_IN, Access, for_roles
from portal.web.body import refuse_prf
from portal.web.runtime import KEY
from portal.web.staff import (
    account,
    accounts,
    audit,
    ballots,
    brakes,
    concerns,
    consolidation,
    consolidation_offices,
    consolidation_report,
    consultations,
    doors,
    enrol,
    findings,
    findings_tables,
    help,
    home,
    keys,
    keys_readers,
    keys_reseal,
    lifetime,
    moderation,
    moderation_files,
    moderation_redaction,
    moderation_standing,
    report_outputs,
    reports,
    reports_approval,
    reports_files,
    reports_points,
    reports_profile,
    shell,
    talk,
    taxonomy,
)

# Blueprint, who may enter, where it is mounted below the staff app.
ROOMS: tuple[tuple[Blueprint, Access, str], ...] = (
    (enrol.blueprint, PUBLIC, ""),
    (shell.language, PUBLIC, ""),
    (home.blueprint, SIGNED_IN, ""),
    (help.blueprint, SIGNED_IN, "/help"),
    (account.blueprint, SIGNED_IN, "/account"),
    (accounts.blueprint, for_roles("admin"), "/accounts"),
    (consultations.blueprint, for_roles("admin"), "/consultations"),
    (ballots.blueprint, for_roles(*ballots.ENTRY), "/ballots"),
    (taxonomy.blueprint, for_roles("admin"), "/taxonomy"),
    (moderation.blueprint, for_roles("moderator"), "/moderation"),
    (talk.blueprint, for_roles("moderator"), "/moderation"),
    (moderation_files.blueprint, for_roles("moderator"), "/moderation"),
    (moderation_redaction.blueprint, for_roles("moderator"), "/moderation"),
    (moderation_standing.office, for_roles("admin", "committee", "auditor"), "/readership"),
    (keys.blueprint, for_roles("moderator"), "/keys"),
    (keys_reseal.blueprint, for_roles("moderator"), "/reseal"),
    (keys_readers.blueprint, for_roles("admin", "auditor"), "/readers"),
    (findings.blueprint, for_roles("committee"), "/findings"),
    (findings_tables.blueprint, for_roles("committee"), "/tables"),
    (concerns.blueprint, for_roles("committee"), "/concerns"),
    (reports.blueprint, for_roles("committee"), "/reports"),
    (reports_profile.blueprint, for_roles("committee"), "/reports"),
    (reports_points.blueprint, for_roles("committee"), "/reports"),
    (reports_approval.blueprint, for_roles("committee"), "/reports"),
    (reports_files.blueprint, for_roles("committee"), "/reports"),
    (report_outputs.blueprint, for_roles("committee"), "/reports"),
    (consolidation.blueprint, for_roles("committee"), "/consolidation"),
    (consolidation_offices.blueprint, for_roles("committee"), "/consolidation/offices"),
    (consolidation_report.blueprint, for_roles("committee"), "/consolidation"),
    (audit.blueprint, for_roles("auditor", "admin"), "/audit"),
)


def install(app: Flask) -> None:
    """Guards in the order in which they run, then the rooms."""
    lifetime.install(app)
    app.before_request(access.guard)
    doors.install(app)
    app.before_request(refuse_prf)
    brakes.install(app, app.extensions[KEY].clock)
    shell.install(app)
    for blueprint, entry, prefix in ROOMS:
        access.register(app, blueprint, entry, prefix=prefix)
