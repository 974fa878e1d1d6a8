"""Audit bundles (ZIP): a plan with all that it takes to check it, without Samen where need be."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from io import BytesIO
from typing import Any

from samen.adapters.allocation_file import AllocationFileFault, read_instance
from samen.domain.allocation import verifier

VERSION = 1
INSTANCE, PLAN, MANIFEST = "instance.json", "plan.json", "bundle.json"
# Whoever opens a bundle must not run out of memory: a year's wishes take a few megabytes.
MOST_FILES, MOST_BYTES = 50, 100_000_000
# The first instant a ZIP file can name: nothing in a bundle depends on when it was packed.
LONG_AGO = (1980, 1, 1, 0, 0, 0)
UNIX = 3
# What zipfile raises for a file that is damaged, encrypted or of another kind.
UNREADABLE = (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, ValueError, OSError, struct.error)
# Needs nothing but the files beside it.
CHECK = """\
from pathlib import Path

from verifier import faults

here = Path(__file__).parent
found = faults((here / "instance.json").read_bytes(), (here / "plan.json").read_bytes())
print("\\n".join(found) or "right")
raise SystemExit(bool(found))
"""


class BundleFault(Exception):
    """The file is no bundle that can be checked."""


def make_bundle(instance: bytes, plan: bytes) -> bytes:
    """The same bytes for the same files and versions. Whether the plan is right is noted in it."""
    told = json.loads(plan)
    packed = {INSTANCE: instance, PLAN: plan, **_to_check_by_hand()}
    manifest = {
        "version": VERSION,
        "seed": told["seed"],
        "method": told["method"],
        "policy": _policy(instance),
        "software": _software(told["method"]),
        "verdict": _verdict(instance, plan),
        "sha256": {name: sha256(content).hexdigest() for name, content in packed.items()},
    }
    return _zipped({MANIFEST: json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n", **packed})


def check_bundle(bundle: bytes) -> list[str]:
    """What is wrong with a bundle or with the plan in it; nothing when all is right.

    Raises BundleFault for a file that is none.
    """
    packed = _unzipped(bundle)
    try:
        manifest = json.loads(packed.pop(MANIFEST))
        instance, plan = packed[INSTANCE], packed[PLAN]
        read_instance(instance)
    except AllocationFileFault as fault:
        raise BundleFault(f"{INSTANCE}: {str(fault).splitlines()[0]}") from fault
    except (KeyError, ValueError, RecursionError) as error:
        raise BundleFault(f"no bundle: {error}") from error
    return [*_altered(manifest, packed), *verifier.faults(instance, plan)] or [
        *_misstated(manifest, instance, plan)
    ]


def _altered(manifest: Any, packed: Mapping[str, bytes]) -> list[str]:  # noqa: ANN401 (whatever the file holds)
    """Files that are not the ones that were packed."""
    noted = manifest.get("sha256") if isinstance(manifest, dict) else None
    if not isinstance(noted, dict):
        return [f"{MANIFEST}: no digests"]
    digests = {name: sha256(content).hexdigest() for name, content in packed.items()}
    return [
        f"{name}: {'missing' if name not in digests else 'not noted' if name not in noted else 'was altered'}"
        for name in sorted(noted.keys() | digests.keys())
        if noted.get(name) != digests.get(name)
    ]


def _misstated(manifest: Mapping[str, Any], instance: bytes, plan: bytes) -> list[str]:
    """What the bundle says of a plan that is right, and is not so."""
    told = json.loads(plan)
    right = {
        "version": VERSION,
        "seed": told["seed"],
        "method": told["method"],
        "policy": _policy(instance),
        "verdict": _verdict(instance, plan),
    }
    return [
        f"{MANIFEST}: {name} is not {json.dumps(value)}"
        for name, value in right.items()
        if manifest.get(name) != value
    ]


def _policy(instance: bytes) -> Any:  # noqa: ANN401 (as JSON has it)
    """Every weight that counted, those too that the instance leaves at what is usual."""
    return json.loads(json.dumps(asdict(read_instance(instance).policy)))


def _verdict(instance: bytes, plan: bytes) -> dict[str, Any]:
    found = verifier.faults(instance, plan)
    return {"right": not found, "faults": found}


def _software(method: str) -> dict[str, str]:
    names = ("samen", "ortools") if method == "cpsat" else ("samen",)
    return {name: version(name) for name in names}


def _to_check_by_hand() -> dict[str, bytes]:
    """The verifier itself, how to start it, and that said in three languages."""
    sources = sorted(files(verifier).iterdir(), key=lambda one: one.name)
    packed = {f"verifier/{one.name}": one.read_bytes() for one in sources if one.name.endswith(".py")}
    words = files("samen.adapters") / "bundle"
    return {"README.txt": (words / "README.txt").read_bytes(), "check.py": CHECK.encode(), **packed}


def _zipped(packed: Mapping[str, bytes]) -> bytes:
    """Stored as it is: what compression makes of it differs between machines."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in packed.items():
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.create_system, entry.external_attr = UNIX, 0o644 << 16
            archive.writestr(entry, content)
    return out.getvalue()


def _unzipped(bundle: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(BytesIO(bundle)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
                raise BundleFault("more files, or larger ones, than a bundle has")
            packed = {entry.filename: archive.read(entry) for entry in entries}
    except UNREADABLE as error:
        raise BundleFault(f"no ZIP file that can be read: {error}") from error
    if len(packed) < len(entries):
        raise BundleFault("a file is there twice")
    return packed
