"""A call that began on another release: its addresses name other choices or another language tag."""

from pathlib import Path

import pytest

from ivr.call.state import Place
from ivr.call.urls import key_address_of
from ivr.line.compiler import compile_line
from ivr.line.line import Line


def with_main_menu(copied: Path, choices: str) -> Line:
    """The line after a release that changed the choices of the main menu."""
    path = copied / "prompts" / "flow.toml"
    path.write_text(path.read_text("utf-8").replace('["tea", "fruit", "how"]', choices), "utf-8")
    return compile_line(copied)


@pytest.mark.parametrize("node", ["main", "opening"])
def test_choice_pressed_in_an_older_menu_reads_the_new_menu(line: Line, copied: Path, node: str) -> None:
    place = Place(node, "es", pace="slow")
    address = key_address_of(line.flow, place)
    changed = with_main_menu(copied, '["fruit", "tea", "how"]')
    assert line.respond(address, [("Digits", "1")]).place == Place("tea", "es", pace="slow")
    for key in "123456":
        assert changed.respond(address, [("Digits", key)]).place == place
    for key, there in {"0": "connect", "9": "reminder", "*": "main"}.items():
        assert changed.respond(address, [("Digits", key)]).place == Place(there, "es", pace="slow")
    for key, there in {"7": place, "#": place, "8": Place(node, "en", pace="slow"), "": place}.items():
        assert changed.respond(address, [("Digits", key)]).place == there


def test_choice_pressed_at_an_address_of_release_0_1_0_reads_the_menu(line: Line) -> None:
    for key in "123456":
        assert line.respond("/call/en/fruit/misses-1", [("Digits", key)]).place == Place("fruit", "en")
    assert line.respond("/call/en/fruit", [("Digits", "*")]).place == Place("main", "en")


@pytest.mark.parametrize("tag", ["es-MX", "ES", "es_US"])
def test_address_with_a_tag_of_the_same_language_keeps_the_place(line: Line, tag: str) -> None:
    own = key_address_of(line.flow, Place("fruit", "es")).replace("/es/", f"/{tag}/")
    assert line.respond(own, [("Digits", "1")]).place == Place("apples", "es")
    assert line.respond(f"/call/{tag}/tea/part-2", [("Digits", "#")]).place == Place("tea", "es", 3)
    assert line.respond(f"/call/{tag}/connect/outcome", [("DialCallStatus", "completed")]).place.locale == "es"
    assert line.respond(f"/call/{tag}/gone", [("Digits", "1")]).place == Place("main", "es")
