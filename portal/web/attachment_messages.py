"""Words of the refusals that concern files sent with a comment."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

ATTACHMENTS = {
    "attachments-none": _l("This consultation takes no files. Remove them and send the comment alone."),
    "attachments-too-many": _l("A comment may have at most %(most)s files here. Remove some and send again."),
    "attachments-full": _l(
        "The place for files of this consultation is used up. Remove the files and send the comment alone."
    ),
    "attachment-malformed": _l("A sealed file arrived damaged. Nothing was kept: press send again."),
    "attachment-unknown": _l("There is no such file in this consultation; it may have been erased."),
    "body-length-missing": _l(
        "What was sent does not say how long it is. Press send again; if this stays, send the comment without files."
    ),
    "consultation-attachments": _l("A comment may have 0 to 3 files."),
}
