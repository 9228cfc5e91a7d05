"""Every address of every release still leads to a document in its language."""

from pathlib import Path

import pytest
from support.fake_twilio import check_document, languages

from ivr import __version__
from ivr.call.state import KEYS
from ivr.call.urls import OUTCOME, RING, language_in
from ivr.line.line import Line

KEPT = Path(__file__).parent.parent / "addresses"
RELEASES = sorted(KEPT.glob("*.txt"))


def test_addresses_of_this_release_are_recorded() -> None:
    assert f"{__version__}.txt" in {path.name for path in RELEASES}, "run `make addresses` before a release"
    for path in RELEASES:
        kept = path.read_text("utf-8").split()
        assert kept == sorted(set(kept))
        assert RING in kept
        assert any(address.endswith(OUTCOME) for address in kept)


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.stem)
def test_every_address_of_a_release_gets_a_document_in_its_language(path: Path, real: Line) -> None:
    left_out = bool(real.content.faults)
    checked = set[bytes]()
    for address in path.read_text("utf-8").split():
        ended = address.endswith(OUTCOME)
        forms = [[("DialCallStatus", status)] for status in ("completed", "busy", "")] if ended else [
            [("Digits", key)] for key in ("", *KEYS) if key != "8"
        ]  # fmt: skip
        wanted = language_in(real.flow, address)
        for form in forms:
            answer = real.respond(address, form)
            assert answer.place.locale == wanted, address
            if answer.body not in checked:
                spoken = languages(answer.body)
                first = spoken[:1] if answer.place.language_chosen else spoken  # else it begins in either language
                assert real.content.locales[wanted].language in first or left_out, address
                check_document(answer.body)
                checked.add(answer.body)


def test_unknown_address_keeps_its_language(real: Line) -> None:
    for address in ("/call/es/a_node_of_the_past/part-7", "/call/es/main/part-99", "/call/es", "/call/es/x/outcome"):
        assert real.respond(address, [("Digits", "1")]).place.locale == "es"
        assert real.respond(address, [("Digits", "0")]).place.locale == "es"
