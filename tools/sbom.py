"""What the line is made of, as a CycloneDX bill of materials, from the lock (`make sbom`). The lock is the authority.

https://cyclonedx.org/docs/1.6/json/. The same lock gives the same bytes: no clock and no chance.
"""

import json
import re
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
LOCK, BILL = CHECKOUT / "requirements.txt", CHECKOUT / "sbom.cdx.json"
_PACKAGE = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;\\]+)(?: *; *(?P<only>[^\\\n]+))?", re.MULTILINE
)
_RELEASE = re.compile(r'^__version__ = "(.+)"$', re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill(lock: str) -> dict[str, Any]:
    """The bill of everything that `lock` names. It needs nothing installed: `make lock` writes it too."""
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
    found = list(_PACKAGE.finditer(lock))
    for one, after in zip(found, [*found[1:], None], strict=True):
        held = lock[one.end() : after.start() if after else None]
        address = f"pkg:pypi/{one['name']}@{one['version']}"
        component = {
            "type": "library",
            "bom-ref": address,
            "name": one["name"],
            "version": one["version"],
            "purl": address,
            "hashes": [{"alg": "SHA-256", "content": content} for content in _HASH.findall(held)],
        }
        if only := (one["only"] or "").strip():
            component["properties"] = [{"name": "line:only-where", "value": only}]
        yield component


def main() -> None:
    made = bill(LOCK.read_text("utf-8"))
    BILL.write_text(json.dumps(made, indent=1) + "\n", "utf-8")
    sys.stdout.write(f"wrote {BILL.name}: {len(made['components'])} packages\n")


if __name__ == "__main__":
    main()
