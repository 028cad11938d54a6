"""What visits brought, held against each other, the list of built files, the log, and a build of one's own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from portal.audit.watch.files import MANIFEST, Manifest, ManifestMalformed, integrity_of, parse_manifest
from portal.audit.watch.logged import AssetLeaf, LogReader
from portal.audit.watch.report import Report
from portal.audit.watch.visit import STATIC, Visit
from portal.crypto.canonical import dump_canonical
from portal.crypto.errors import CryptoError
from portal.ledger.events import BadLeaf, decode


def compare_visits(one: Visit, other: Visit, report: Report) -> None:
    """Two visitors are given the same code, the same policies and the same files. Words may differ: days pass."""
    for path in sorted(one.code.keys() | other.code.keys()):
        if one.code.get(path) != other.code.get(path):
            report.fail("split-serving", path)
    for path in sorted(one.files.keys() & other.files.keys()):
        if one.files[path] != other.files[path]:
            report.fail("split-serving", path)
    report.checked.append("what two visitors were given, against each other")


def check_files(visit: Visit, manifest: Manifest, report: Report) -> None:
    """Every byte that was loaded, and every digest that a page or a script demands, is the list's."""
    listed = {STATIC + built.file: built for built in manifest.files.values()}
    for path, data in visit.files.items():
        built = listed.get(path)
        if built is None:
            report.fail("file-not-of-build", path)
        elif not built.is_of(data):
            report.fail("file-not-of-manifest", path)
    for path, digests in visit.demands.items():
        if path in listed and digests != {listed[path].integrity}:
            report.fail("integrity-differs", path)


def check_logged(manifest: Manifest, leaves: Mapping[str, AssetLeaf], report: Report) -> None:
    """Each listed file, and the list, is what the newest leaf of its name names.

    A file without a leaf in the part of the log that was read is bound by the leaf of the list itself.
    """
    binding = leaves.get(MANIFEST)
    if binding and (binding.sha256, binding.size) != _stated(manifest.data):
        report.fail("manifest-not-as-logged", MANIFEST, f"leaf {binding.index}")
    for name, built in manifest.files.items():
        leaf = leaves.get(name)
        if leaf is None:
            if binding is None:
                report.fail("asset-not-logged", name)
        elif (leaf.sha256, leaf.size) != (built.sha256, built.size):
            report.fail("asset-not-as-logged", name, f"leaf {leaf.index}")
    newest = max((leaf.index for leaf in leaves.values()), default=0)
    report.checked.append(f"built files ({len(manifest.files)}) against the log, whose newest asset leaf is {newest}")


def _stated(data: bytes) -> tuple[str, int]:
    """What a leaf says of those bytes."""
    return hashlib.sha256(data).hexdigest(), len(data)


def check_local(folder: Path, manifest: Manifest, report: Report) -> None:
    """The auditor's own build (``node static/build.mjs --out FOLDER``) has the same names and the same bytes.

    The bytes are read, not the build's word for them. Raises :class:`ManifestMalformed` where there is no build.
    """
    files = manifest.files
    try:
        own = parse_manifest((folder / MANIFEST).read_bytes()).files
        built = {name: (folder / entry.file).read_bytes() for name, entry in own.items()}
    except OSError as error:
        raise ManifestMalformed("no build lies there") from error
    for name in sorted(files.keys() | own.keys()):
        if name not in own:
            report.fail("build-lacks-file", name)
        elif name not in files:
            report.fail("build-has-more", name)
        elif not files[name].is_of(built[name]) or integrity_of(built[name]) != own[name].integrity:
            report.fail("build-differs", name)
    report.checked.append(f"built files ({len(own)}) against your own build")


def connects_as_logged(document: bytes, cid: str, origins: set[tuple[str, ...]], log: LogReader) -> bool:
    """Whether the collecting page's policy names exactly the issuers of the settings that the log shows.

    ``document``: what the portal says at ``/c/<cid>/ballots.json``. Its settings must have the digest of the leaf that
    opened the consultation, and that leaf must stand in the log.
    """
    try:
        stated = json.loads(document)
        settings, proven = stated["settings"], stated["consultation_leaf"]
        data, index = proven["leaf"].encode(), proven["index"]
        leaf = decode(data)
        digest = hashlib.sha256(dump_canonical(settings)).hexdigest()
        addresses = tuple(sorted({issuer["address"] for issuer in settings["ballots"]["issuers"]}))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, BadLeaf, CryptoError):
        return False
    opened = (leaf["type"], leaf.get("action"), leaf.get("consultation"), leaf.get("settings_sha256"))
    if opened != ("consultation", "open", cid, digest) or type(index) is not int or not log.proves(index, data):
        return False
    return origins == {addresses}
