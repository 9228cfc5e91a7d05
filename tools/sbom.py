"""Write build/sbom.cdx.json, the bill of materials of a release in CycloneDX 1.6, from requirements.txt (`make sbom`).

Format: https://cyclonedx.org/docs/1.6/json/. It needs no installed package and reads no clock: the same lock gives the
same bytes. The file is attached to a release and not kept in git, because the lock holds all that it says.
"""

import json
import re
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
LOCK = CHECKOUT / "requirements.txt"
_PACKAGE = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;\\]+)(?: *; *(?P<marker>[^\\\n]+))?", re.MULTILINE
)
_RELEASE = re.compile(r'^__version__ = "(.+)"$', re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill(lock: str) -> dict[str, Any]:
    """The bill of materials of every package that `lock`, the text of a requirements file, names."""
    release = _RELEASE.findall((CHECKOUT / "ivr" / "__init__.py").read_text("utf-8"))[0]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, lock)}",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "bom-ref": "line", "name": "information-line", "version": release}
        },
        "components": list(components(lock)),
    }


def components(lock: str) -> Iterator[dict[str, Any]]:
    """Each package of the lock, with the hashes of all files that may be installed for it."""
    packages = list(_PACKAGE.finditer(lock))
    for package, following in zip(packages, [*packages[1:], None], strict=True):
        entry = lock[package.end() : following.start() if following else None]
        address = f"pkg:pypi/{package['name']}@{package['version']}"
        component = {
            "type": "library",
            "bom-ref": address,
            "name": package["name"],
            "version": package["version"],
            "purl": address,
            "hashes": [{"alg": "SHA-256", "content": content} for content in _HASH.findall(entry)],
        }
        if marker := (package["marker"] or "").strip():
            component["properties"] = [{"name": "line:only-where", "value": marker}]
        yield component


def main(path: Path = CHECKOUT / "build" / "sbom.cdx.json") -> None:
    """Write the bill to `path` and print how many packages it lists."""
    made = bill(LOCK.read_text("utf-8"))
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(made, indent=1) + "\n", "utf-8")
    sys.stdout.write(f"wrote {path}: {len(made['components'])} packages\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
