"""Steps of a person at the staff pages: read the token, fill in a form, make a one-time code."""

import base64
import hmac
import html
import re
import struct
import time

from flask_babel import force_locale, gettext

from portal.errors import PortalError
from portal.web.errors import message

ROLES = ("admin", "issuer", "committee", "auditor", "moderator")


def text_of(answer) -> str:
    """The page's text with entities resolved."""
    return html.unescape(answer.get_data(as_text=True))


def token_of(client, path: str = "/login") -> str:
    """The token in the forms of that page."""
    page = client.get(path, follow_redirects=True).get_data(as_text=True)
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


def send(client, path: str, data: dict | None = None, *, page: str | None = None, **more):
    """Post a form with the token of ``page`` (or of the sign-in page, which everybody can reach)."""
    return client.post(path, data={"csrf_token": token_of(client, page or "/account/"), **(data or {})}, **more)


def fields_of(answer) -> dict[str, list[str]]:
    """Every value that the page's inputs, selects and text areas hold: what a browser would send back."""
    page, found = answer.get_data(as_text=True), {}
    for tag in re.findall(r"<input\b[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]*)"', tag)
        if name and (not kind or kind[1] not in {"checkbox", "radio"} or "checked" in tag):
            found.setdefault(name[1], []).append(html.unescape(value[1]) if value else "")
    for name, body in re.findall(r'<textarea\b[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', page, re.S):
        found.setdefault(name, []).append(html.unescape(body).strip())
    for name, body in re.findall(r'<select\b[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', body) or re.search(r'<option value="([^"]*)"', body)
        found.setdefault(name, []).append(html.unescape(chosen[1]) if chosen else "")
    return found


def one_time_code(key: str, step: int = 0) -> str:
    """The RFC 6238 code for a base32 key as the page shows it, ``step`` steps of 30 seconds from now."""
    secret = base64.b32decode(key.replace("-", "") + "=" * (-len(key.replace("-", "")) % 8))
    counter = struct.pack(">Q", int(time.time()) // 30 + step)
    digest = hmac.new(secret, counter, "sha1").digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place:place + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def key_of(answer) -> str:
    """The authenticator key that the set-up page shows as text."""
    return re.search(r"\b(?:[A-Z2-7]{4}-){6,}[A-Z2-7]{1,4}\b", text_of(answer))[0]


def make_stale(client, seconds: int = 3600) -> None:
    """Let the sign-in of this client be that much older."""
    with client.session_transaction() as session:
        session["fs_paa"] -= seconds


def says(client, answer, sentence: str, **values: object) -> bool:
    """Whether the page has that sentence (an English message id) in its own language."""
    page = text_of(answer)
    locale = page.split('<html lang="')[1][:2]
    with client.application.test_request_context(), force_locale(locale):
        return html.unescape(gettext(sentence, **values)) in page


def refuses(client, answer, code: str, **detail: int | str) -> bool:
    """Whether the page has the words of that refusal in its own language."""
    page = text_of(answer)
    locale = page.split('<html lang="')[1][:2]
    with client.application.test_request_context(), force_locale(locale):
        return html.unescape(message(PortalError(code, **detail))) in page
