"""Record every address that this release can put into a document: tests/addresses/<release>.txt (`make addresses`).

A call that begins on one release may end on the next one, so each address of every release must always lead to a
document. The file is written before a release and not changed afterwards.
"""

import sys
from pathlib import Path
from typing import get_args

from ivr import __version__
from ivr.call.flow import Transfer
from ivr.call.transitions import Policy
from ivr.call.urls import RING, key_address_of, outcome_address_of
from ivr.errors import BadContent
from ivr.line.compiler import compile_line
from ivr.line.options import Options
from ivr.settings import CHECKOUT

KEPT = CHECKOUT / "tests" / "addresses"


def addresses(root: Path) -> list[str]:
    """Every address of the line under `root`, under both policies of silence, sorted."""
    found = {RING}
    for policy in get_args(Policy):
        line = compile_line(root, Options(silence=policy))
        for place in line.documents:
            transfer = isinstance(line.flow.nodes[place.node], Transfer)
            found.add(outcome_address_of(place) if transfer else key_address_of(line.flow, place))
    return sorted(found)


def main() -> None:
    path = KEPT / f"{__version__}.txt"
    try:
        found = addresses(CHECKOUT)
    except BadContent as error:
        sys.exit(str(error))
    path.write_text("\n".join(found) + "\n", "utf-8")
    print(f"wrote {len(found)} addresses to {path.relative_to(CHECKOUT)}")


if __name__ == "__main__":
    main()
