"""`ivr check` reports each fault planted in a file of the toy line, in exactly the expected sentences."""

from pathlib import Path

import pytest
from support.content_faults import FILES, ContentFault, planted, report, reported

FAULTS = [fault for kind in FILES for fault in planted(kind)]


def test_toy_line_has_no_fault(tiny: Path) -> None:
    assert reported(tiny) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind}-{fault.name}")
def test_check_reports_the_planted_fault(fault: ContentFault, copied: Path) -> None:
    fault.plant(copied)
    assert fault.sentences(copied) or fault.recipe["row"], "a fault without a sentence would prove nothing"
    found = report(copied)
    assert [str(one) for one in found.faults] == fault.sentences(copied)
    assert fault.recipe.get("row", found.rows[-1]) in found.rows
