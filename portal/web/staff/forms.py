"""What the staff app's forms share; the pieces that know no account stand in ``portal.web.forms``."""

from __future__ import annotations

from portal.web.forms import TOO_LONG, PortalForm, RowForm, line, paragraphs, put_error, refuse, tidy

__all__ = ["TOO_LONG", "RowForm", "StaffForm", "line", "paragraphs", "put_error", "refuse", "tidy"]

StaffForm = PortalForm
