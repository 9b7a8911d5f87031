"""The bill of materials, CycloneDX 1.6 as JSON, on stdout: ``make sbom``.

It depends on nothing but the lock, the installed metadata of what the lock names and the version: the same checkout
gives the same bytes. ``SOURCE_DATE_EPOCH`` (seconds since 1970), when set, becomes its time stamp.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from emulator import __version__
from release.materials import CARRIED, LOCK, Carried, Pin, licence, locked, needed_by

_OWN = "ndxp-emulator"


def purl(name: str, version: str) -> str:
    """Return the package URL of a Python distribution."""
    return f"pkg:pypi/{name.replace('_', '-').lower()}@{version}"


def bill(all_pins: list[Pin], moment: str | None) -> dict[str, Any]:
    """Return the document. ``moment``: seconds since 1970 as text, or none for a document without a time."""
    own = {
        "type": "application",
        "bom-ref": purl(_OWN, __version__),
        "name": _OWN,
        "version": __version__,
        "licenses": _licences("Apache-2.0"),
        "purl": purl(_OWN, __version__),
    }
    metadata: dict[str, Any] = {"component": own}
    if moment:
        metadata["timestamp"] = datetime.fromtimestamp(int(moment), UTC).isoformat()
    components = [*map(_library, all_pins), *map(_carried, CARRIED)]
    told = json.dumps([own, components], sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, told)}",
        "version": 1,
        "metadata": metadata,
        "components": components,
        "dependencies": _dependencies(all_pins),
    }


def _library(pin: Pin) -> dict[str, Any]:
    """One library. The hashes are of the distributions the lock accepts, any of which may be the installed one."""
    ref = purl(pin.name, pin.version)
    hashes = [{"alg": "SHA-256", "content": each} for each in pin.hashes]
    return {
        "type": "library",
        "bom-ref": ref,
        "name": pin.name,
        "version": pin.version,
        "scope": "required",
        "licenses": _licences(licence(pin)),
        "purl": ref,
        "externalReferences": [{"type": "distribution", "url": ref, "comment": LOCK, "hashes": hashes}],
    }


def _carried(work: Carried) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": "library" if work.purl else "data",
        "bom-ref": work.purl or f"{work.where}/{work.name}",
        "name": work.name,
        "licenses": _licences(work.licence),
        "properties": [{"name": "ndxp-emulator:where", "value": work.where}],
    }
    if work.version:
        told["version"] = work.version
    if work.purl:
        told["purl"] = work.purl
    return told


def _licences(expression: str) -> list[dict[str, Any]]:
    return [{"expression": expression}]


def _dependencies(all_pins: list[Pin]) -> list[dict[str, Any]]:
    refs = {pin.name: purl(pin.name, pin.version) for pin in all_pins}
    carried = [work.purl or f"{work.where}/{work.name}" for work in CARRIED]
    root = {
        "ref": purl(_OWN, __version__),
        "dependsOn": [*(refs[name] for name in needed_by(_OWN, all_pins)), *carried],
    }
    return [root, *({"ref": refs[n], "dependsOn": [refs[o] for o in needed_by(n, all_pins)]} for n in refs)]


if __name__ == "__main__":
    json.dump(bill(locked(), os.environ.get("SOURCE_DATE_EPOCH")), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
