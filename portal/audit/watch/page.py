"""What code a page brings, and what no page of the portal may hold: every start tag is checked against closed lists."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.audit.watch.markup import Malformed, Tag, read_tags

_PLAIN = (
    "a abbr address article aside b blockquote body br button caption cite code col colgroup data dd del details dfn "
    "dialog div dl dt em fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hr html i img input ins "
    "kbd label legend li link main mark meta meter nav noscript ol optgroup option output p pre progress q s samp "
    "script section select small span strong sub summary sup table tbody td template textarea tfoot th thead time "
    "title tr u ul var video wbr "
    "circle defs desc ellipse g line path pattern polygon polyline rect svg symbol text tspan use"
)
ELEMENTS = frozenset(_PLAIN.split())
FRAMES = frozenset({"iframe", "frame", "frameset", "fencedframe", "portal"})
PLUGINS = frozenset({"object", "embed", "applet"})
ADDRESSES = frozenset({"action", "cite", "href", "poster", "src", "xlink:href"})
_BARRED = (
    "archive attributionsrc background classid code codebase data dynsrc formaction formmethod icon imagesrcset is "
    "longdesc lowsrc manifest nonce ping profile shadowrootmode srcset usemap"
)
BARRED = frozenset(_BARRED.split())
SEALED = re.compile(r"[a-z0-9/._-]*/c/[a-z0-9-]+/sealed-file")
UNTYPED = frozenset({"file", "radio", "checkbox"})
"""Kinds of named fields into which nobody types. A field without a name is never sent by a form."""
METAS = frozenset({"viewport", "color-scheme", "description", "robots", "theme-color"})
INTEGRITY = re.compile(r"sha384-[A-Za-z0-9+/]{64}")
# References other than &amp; cannot stand in an address, so that "/&sol;elsewhere" is no path.
PATH = re.compile(r"(?:/(?!/)|#|\?)(?:[A-Za-z0-9._~/?=%#,+@:!*-]|&amp;)*")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|[/\\]{2}")
SCRIPT_SCHEMES = ("javascript:", "data:", "vbscript:", "blob:", "filesystem:")


@dataclass(frozen=True)
class Loaded:
    """A file that the page makes a browser load: ``kind`` as in Fetch Metadata; ``integrity`` where it has to be."""

    kind: str
    path: str
    integrity: str = ""


@dataclass
class Page:
    """``loads`` and ``links`` (paths, without fragment) of a page; ``faults``: a failure's name and where.

    ``code``: every tag that decides what runs or where something is sent, for comparing two visits.
    """

    loads: list[Loaded] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    code: list[str] = field(default_factory=list)


def read_page(data: bytes, static: str) -> Page:
    """Read a page. ``static``: the path below which built files lie, such as ``/static/``."""
    page = Page()
    try:
        tags = read_tags(data)
    except Malformed as error:
        page.faults.append(("markup-malformed", str(error)))
        return page
    for tag, following in zip(tags, [*tags[1:], None], strict=True):
        for name in _faults(tag, following, static):
            page.faults.append((name, f"line {tag.line}: {tag.name}"))
        if not tag.end:
            _collect(tag, page)
    if sum(tag.name == "html" and not tag.end for tag in tags) != 1:
        page.faults.append(("markup-malformed", "not one html element"))
    return page


def _collect(tag: Tag, page: Page) -> None:
    if tag.name in {"html", "script", "link", "meta", "form", "template"}:
        page.code.append(" ".join([tag.name, *(f'{key}="{value}"' for key, value in sorted(tag.attributes.items()))]))
    address = html.unescape(tag.attributes.get("href" if tag.name in {"a", "link", "use"} else "src", ""))
    path = address.partition("#")[0]
    if not path.startswith("/"):
        return
    rel = tag.attributes.get("rel", "")
    if tag.name == "a":
        page.links.append(path)
    elif tag.name == "script" or rel == "modulepreload":
        page.loads.append(Loaded("script", path, tag.attributes.get("integrity", "")))
    elif tag.name == "link" and rel != "alternate":
        kind = "style" if rel == "stylesheet" else "image"
        page.loads.append(Loaded(kind, path, tag.attributes.get("integrity", "")))
    elif tag.name != "link":
        page.loads.append(Loaded("image", path))


def _faults(tag: Tag, following: Tag | None, static: str) -> Iterator[str]:
    yield from _element(tag)
    yield from _content(tag, following)
    if tag.end:
        return
    for name, value in tag.attributes.items():
        yield from _attribute(name.lower(), value)
    if tag.name == "meta":
        yield from _meta(tag.attributes)
    elif tag.name == "link":
        yield from _link(tag.attributes)
    elif tag.name == "script":
        yield from _script(tag.attributes)
    elif tag.name == "form":
        yield from _form(tag.attributes)
    elif tag.name in {"input", "textarea", "select"} and "name" in tag.attributes:
        if tag.attributes.get("type") not in UNTYPED or tag.name != "input":
            yield "form-sends-text"
    elif tag.name == "html" and tag.attributes.get("data-static") != static:
        yield "static-folder-differs"


def _element(tag: Tag) -> Iterator[str]:
    if tag.name in FRAMES:
        yield "frame"
    elif tag.name in PLUGINS:
        yield "plugin"
    elif tag.name == "base":
        yield "base"
    elif tag.name == "style":
        yield "inline-style"
    elif tag.name not in ELEMENTS:
        yield "element-unexpected"


def _content(tag: Tag, following: Tag | None) -> Iterator[str]:
    """Nothing stands in a script: neither text nor a tag, for to a browser both are code."""
    if tag.name == "script" and not tag.end:
        closed = following is not None and following.end and following.name == "script"
        if tag.text.strip() or not closed:
            yield "inline-script"


def _attribute(name: str, value: str) -> Iterator[str]:
    if name.startswith("on"):
        yield "event-handler"
    elif name == "style":
        yield "style-attribute"
    elif name == "srcdoc":
        yield "frame"
    elif name in BARRED:
        yield "attribute-unexpected"
    elif name in ADDRESSES:
        yield from _address(value)


def _address(value: str) -> Iterator[str]:
    if PATH.fullmatch(value) or not value:
        return
    # As browsers do: references resolved, white space and control characters gone wherever they stand.
    meant = re.sub(r"[\x00-\x20]", "", html.unescape(value)).lower()
    if meant.startswith(SCRIPT_SCHEMES):
        yield "script-url"
    elif SCHEME.match(meant):
        yield "foreign-origin"
    else:
        yield "address-malformed"


def _meta(attributes: dict[str, str]) -> Iterator[str]:
    if attributes.get("http-equiv", "").strip().lower() == "refresh":
        yield "meta-refresh"
    elif attributes != {"charset": "utf-8"} and (
        set(attributes) != {"name", "content"} or attributes["name"] not in METAS
    ):
        yield "meta-unexpected"


def _link(attributes: dict[str, str]) -> Iterator[str]:
    rel = attributes.get("rel", "")
    if rel in {"stylesheet", "modulepreload"}:
        yield from _guarded(attributes)
    elif rel not in {"icon", "alternate"}:
        yield "link-unexpected"


def _script(attributes: dict[str, str]) -> Iterator[str]:
    kind = attributes.get("type", "")
    if kind == "importmap":
        yield "import-map"
    elif kind != "module":
        yield "script-type-unexpected"
    if not attributes.get("src"):
        yield "inline-script"
    else:
        yield from _guarded(attributes)


def _form(attributes: dict[str, str]) -> Iterator[str]:
    """A form sends nothing by itself, but for the one that takes a file sealed elsewhere."""
    uploads = attributes.get("method") == "post" and attributes.get("enctype") == "multipart/form-data"
    if attributes.get("method") != "dialog" and not (uploads and SEALED.fullmatch(attributes.get("action", ""))):
        yield "form-sends-text"


def _guarded(attributes: dict[str, str]) -> Iterator[str]:
    """Exactly one digest: of several, a browser is content with any. Without ``crossorigin`` none is looked at."""
    if not INTEGRITY.fullmatch(attributes.get("integrity", "")):
        yield "integrity-missing"
    if attributes.get("crossorigin") != "anonymous":
        yield "crossorigin-missing"
