"""Statements of issuers as they reach a page: a file, its text, or the address that publishes it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import FileField, TextAreaField

from portal.errors import PortalError
from portal.web.errors import MESSAGES, message
from portal.web.staff.forms import StaffForm, line, put_error


class StatementForm(StaffForm):
    """A statement as a file or as text; the file wins."""

    file = FileField(_l("File from the issuer"), render_kw={"accept": ".json,application/json"})
    text = TextAreaField(
        _l("Or its text"),
        description=_l("The whole text, from the first brace to the last."),
        render_kw={"rows": 4, "spellcheck": "false", "autocomplete": "off"},
    )

    def statement(self) -> bytes | None:
        """The statement's bytes; None, with the reason at the field, when nothing came."""
        given = self.file.data.read() if self.file.data else (self.text.data or "").strip().encode()
        if self.validate() and given:
            return bytes(given)
        if not self.errors:
            put_error(self.file, str(MESSAGES["issuer-statement-missing"]))
        return None

    def refuse(self, refusal: PortalError) -> None:
        """Show why the statement was not taken."""
        put_error(self.file if self.file.data else self.text, message(refusal))


class AddressForm(StaffForm):
    """Where an issuer publishes its statements."""

    address = line(
        _l("Issuer's web address"),
        most=200,
        required=_l("Enter a web address without a path, such as https://phieu.example.vn."),
        description=_l("Such as https://phieu.example.vn, without a path."),
        spellcheck="false",
        inputmode="url",
    )

    def refuse(self, refusal: PortalError) -> None:
        """Show why nothing was fetched."""
        put_error(self.address, message(refusal))
