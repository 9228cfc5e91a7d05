"""Ready means whole: which faults of the content cost a language, a rollout or the menu, and where that is shown."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.asgi_client import PUBLIC, TOKEN, Asked
from support.content_faults import fault_named, planted

from ivr.check.report import check_all
from ivr.line.line import Line
from ivr.phone.parser import read_document
from ivr.phone.verbs import Dial, Say
from ivr.phone.webhook_form import FORM
from ivr.readiness import FALLBACK_FILE, Readiness, readiness_of
from ivr.server.app import make_app
from ivr.settings import Settings

SPANISH = "locales/es/LC_MESSAGES/messages.po"
WHOLE, NOT_WHOLE, DOWN = ((200, 200, 200), (200, 200, 503), (200, 503, 503))
"""Statuses of /health/live, /health/serving and /health/ready."""


def settings_for(content: Path, **more: Any) -> Settings:
    given = {
        "twilio_auth_token": TOKEN, "public_url": PUBLIC, "line_number": "+12025550123", "ivr_content": content,
        "ivr_usage": "off", "ivr_web_phone": "off", "ivr_readable": "off",
    } | more  # fmt: skip
    return Settings(_env_file=None, **given)


def changed(root: Path, file: str, *pairs: tuple[str, str]) -> Readiness:
    """The readiness of the line under `root` after each first text of `pairs` in `file` is replaced by its second."""
    path = root / file
    text = path.read_text("utf-8")
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return readiness_of(settings_for(root))


def health(readiness: Readiness, settings: Settings) -> tuple[tuple[int, ...], Mapping[str, Any]]:
    """The statuses of the three health addresses, and what /health/ready says."""
    asked = Asked(make_app(settings, readiness))
    answers = [asked.ask("GET", f"/health/{name}".encode()) for name in ("live", "serving", "ready")]
    asked.close()
    return tuple(answer.status for answer in answers), json.loads(answers[2].body)


def statuses(readiness: Readiness) -> tuple[int, ...]:
    return health(readiness, settings_for(readiness.root))[0]


def says(readiness: Readiness, address: str = "/call", digit: str = "") -> set[str]:
    """The languages in which a call is answered."""
    asked = Asked(make_app(settings_for(readiness.root), readiness))
    verbs = read_document(asked.post(PUBLIC + address, [*FORM, ("Digits", digit)]).body)
    asked.close()
    spoken = [say for verb in verbs for say in getattr(verb, "spoken", [verb])]
    return {say.language for say in spoken if isinstance(say, Say)}


# -- languages ---------------------------------------------------------------------------------------------------------


def test_a_whole_line_is_ready(tiny: Path) -> None:
    readiness = readiness_of(settings_for(tiny))
    assert statuses(readiness) == WHOLE
    assert [(language.tag, language.withheld, language.not_spoken) for language in readiness.languages] == [
        ("en", False, ()),
        ("es", False, ()),
    ]


@pytest.mark.parametrize("name", ["fuzzy", "missing"])
def test_a_text_that_waits_for_its_translator_costs_no_readiness(copied: Path, name: str) -> None:
    fault_named("catalogue", name).plant(copied)
    readiness = readiness_of(settings_for(copied))
    assert readiness.languages[1].not_spoken
    assert not readiness.languages[1].withheld
    assert statuses(readiness) == WHOLE


def test_an_empty_translation_costs_no_readiness(copied: Path) -> None:
    readiness = changed(copied, SPANISH, ('msgstr "Manzanas. Son rojas."', 'msgstr ""'))
    assert readiness.languages[1].not_spoken == ("apples",)
    assert statuses(readiness) == WHOLE


@pytest.mark.parametrize("name", ["lost_placeholder", "duplicate", "digit", "lone_percent", "tag", "far_longer"])
def test_a_text_spoken_in_english_for_a_fault_makes_the_line_not_ready(copied: Path, name: str) -> None:
    fault = fault_named("catalogue", name)
    fault.plant(copied)
    readiness = readiness_of(settings_for(copied))
    assert len(readiness.languages[1].not_spoken) == 1
    assert statuses(readiness) == NOT_WHOLE
    assert fault.sentences(copied)[0] in map(str, readiness.language_faults)
    assert "es-US" in says(readiness, "/call/en/main", "8"), "all other texts are spoken in Spanish"


@pytest.mark.parametrize(
    "name", ["conflict_markers", "cut", "empty", "utf16", "windows_1252", "open_quote", "head_alone"]
)
def test_a_catalogue_that_cannot_be_read_makes_the_line_not_ready_and_english_is_answered(
    copied: Path, name: str
) -> None:
    fault_named("catalogue", name).plant(copied)
    readiness = readiness_of(settings_for(copied))
    assert readiness.languages[1].withheld
    assert statuses(readiness) == NOT_WHOLE
    assert says(readiness) == {"en-US"}
    assert [fault.locale for fault in readiness.language_faults] == ["es"]


@pytest.mark.parametrize(
    ("file", "pair"),
    [
        (SPANISH, ('msgstr "Le comunico ahora."', 'msgstr ""')),
        ("locales/es/locale.toml", ('voice = "Polly.Lupe-Neural"', 'voice = "Polly.Nobody"')),
        ("locales/es/locale.toml", ('"nueve"]', '"nueve", "diez"]')),
        ("prompts/flow.toml", ('["en", "es"]', '["en", "es", "fr"]')),
    ],
)
def test_a_published_language_that_is_withheld_makes_the_line_not_ready(
    copied: Path, file: str, pair: tuple[str, str]
) -> None:
    readiness = changed(copied, file, pair)
    (withheld,) = [language for language in readiness.languages if language.withheld]
    assert withheld.faults
    assert statuses(readiness) == NOT_WHOLE
    assert says(readiness) <= {"en-US", "es-US"}


def test_a_fault_of_a_message_that_is_spoken_nowhere_costs_no_readiness(copied: Path) -> None:
    """An old message that stands in the catalogue no longer belongs to a text."""
    path = copied / SPANISH
    old = '\n#: prompts/apples.txt\nmsgctxt "apples"\nmsgid "Apples are %(key)s."\nmsgstr "Manzanas <b>."\n'
    path.write_text(path.read_text("utf-8") + old, "utf-8")
    empty = changed(copied, SPANISH, ('msgstr "Manzanas. Son rojas."', 'msgstr ""'))
    assert empty.languages[1].not_spoken == ("apples",)
    assert empty.language_faults == ()


def test_a_text_too_long_for_its_voice_makes_the_line_not_ready(copied: Path) -> None:
    english, spanish = " ".join(["Apples. They are red."] * 45), " ".join(["Manzanas. Son rojas."] * 150)
    path = copied / "prompts/apples.txt"
    path.write_text(path.read_text("utf-8").replace("Apples. They are red.", english), "utf-8")
    readiness = changed(copied, SPANISH, ("Apples. They are red.", english), ("Manzanas. Son rojas.", spanish))
    assert readiness.languages[1].not_spoken == ("apples",)
    assert "too long for the voice" in str(readiness.language_faults)
    assert statuses(readiness) == NOT_WHOLE


def test_every_planted_fault_of_a_catalogue_leaves_the_line_serving(tiny: Path, tmp_path: Path) -> None:
    for fault in planted("catalogue"):
        root = Path(shutil.copytree(tiny, tmp_path / fault.name))
        fault.plant(root)
        readiness = readiness_of(settings_for(root))
        assert readiness.serving, fault.name
        spoken = set(readiness.languages[1].spoken) | set(readiness.languages[1].not_spoken)
        assert spoken == set(readiness.languages[0].spoken), fault.name


# -- what is shown -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "spoil"),
    [
        (SPANISH, lambda path: path.write_text("garbage", "utf-8")),
        (SPANISH, lambda path: path.unlink()),
        ("prompts/tea.txt", lambda path: path.write_text("garbage", "utf-8")),
        ("prompts/flow.toml", lambda path: path.unlink()),
        ("prompts/numbers.toml", lambda path: os.mkfifo(path.with_suffix(".fifo"))),
    ],
)
def test_health_shows_no_absolute_path_of_the_server(copied: Path, file: str, spoil: Any) -> None:
    spoil(copied / file)
    settings = settings_for(copied)
    readiness = readiness_of(settings)
    readiness = replace(readiness, notes=(*readiness.notes, f"usage: {copied}/u cannot be written", "/call/en/main"))
    told = health(readiness, settings)[1]
    assert str(copied) not in str(told)
    assert str(Path.home()) not in str(told["faults"])
    assert "/tmp/" not in str(told)
    assert told["notes"][-1] == "/call/en/main", "an address of the line is not a path of the server"


def test_health_shows_what_a_comparison_needs(tiny: Path) -> None:
    settings = settings_for(tiny)
    told = health(readiness_of(settings), settings)[1]
    assert (told["hotline"], told["settings"]["silence"]) == ("+18883737888", "connect")
    assert "connect" in told["languages"]["es"]["spoken"]
    assert len(told["languages"]["es"]["digest"]) == 16
    for secret in (TOKEN, "+12025550123"):
        assert secret not in str(told)


def test_the_digest_of_a_language_changes_with_its_words_alone(copied: Path) -> None:
    before = readiness_of(settings_for(copied)).languages
    after = changed(copied, SPANISH, ("Manzanas. Son rojas.", "Manzanas. Son verdes.")).languages
    assert (before[0].digest == after[0].digest, before[1].digest == after[1].digest) == (True, False)


# -- the hotline's number ----------------------------------------------------------------------------------------------

OTHER = "+12025550199"


def dialled(document: bytes) -> list[tuple[str, str | None]]:
    return [(verb.number, verb.caller_id) for verb in read_document(document) if isinstance(verb, Dial)]


def test_a_wrong_hotline_number_is_never_dialled(copied: Path) -> None:
    fault = fault_named("numbers", "hotline_with_one_wrong_digit")
    fault.plant(copied)
    settings = settings_for(copied)
    readiness = readiness_of(settings)
    assert statuses(readiness) == DOWN
    assert [str(one) for one in readiness.faults] == fault.sentences(copied)
    asked = Asked(make_app(settings, readiness))
    answer = asked.post(f"{PUBLIC}/call/en/main", [*FORM, ("Digits", "0")])
    asked.close()
    assert dialled(answer.body) == [("+18883737888", "+12025550123")] * 2


@pytest.mark.parametrize("in_the_file", [True, False])
def test_a_setting_changes_the_hotline_number_everywhere(copied: Path, in_the_file: bool) -> None:
    if in_the_file:
        path = copied / "prompts/numbers.toml"
        text = path.read_text("utf-8").replace("+18883737888", OTHER).replace("1-888-373-7888", "1-202-555-0199")
        path.write_text(text, "utf-8")
    settings = settings_for(copied, ivr_hotline=OTHER)
    readiness = readiness_of(settings)
    assert statuses(readiness) == WHOLE
    assert readiness.line is not None
    answer = readiness.line.respond("/call/en/main", [("Digits", "0")])
    assert dialled(answer.body) == [(OTHER, "+12025550123")]
    assert dialled(readiness.fallback_document) == [(OTHER, "+12025550123")] * 2
    assert b"two zero two" in readiness.fallback_document
    assert b"eight eight eight" not in readiness.fallback_document
    assert check_all(copied, settings.options).faults == ()


def test_the_setting_changes_the_kept_fallback_document_too(copied: Path) -> None:
    (copied / "prompts/flow.toml").write_text("", "utf-8")
    readiness = readiness_of(settings_for(copied, ivr_hotline=OTHER))
    assert statuses(readiness) == DOWN
    assert dialled(readiness.fallback_document) == [(OTHER, "+12025550123")] * 2
    assert (
        readiness.fallback_document.count(b"1, 2 0 2, 5 5 5, 0 1 9 9")
        == len([say for say in read_document(FALLBACK_FILE.read_bytes()) if isinstance(say, Say)]) - 2
    ), "in each Say but the two goodbyes"
    assert b"eight eight eight" not in readiness.fallback_document


def test_every_dial_of_the_kept_fallback_document_shows_the_number_of_the_line(copied: Path) -> None:
    (copied / "prompts/flow.toml").write_text("", "utf-8")
    shown = readiness_of(settings_for(copied)).fallback_document
    assert dialled(shown) == [("+18883737888", "+12025550123")] * 2
    kept = FALLBACK_FILE.read_bytes().strip()
    assert shown.replace(b' callerId="+12025550123"', b"") == kept
    bare = readiness_of(settings_for(copied, twilio_auth_token="try-1", line_number="")).fallback_document
    assert bare == kept


def test_a_setting_that_is_barred_in_the_file_is_refused(copied: Path) -> None:
    readiness = readiness_of(settings_for(copied, ivr_hotline="+18663737888"))
    assert "is on the list `never`" in str(readiness.faults)
    assert not readiness.serving


def test_a_line_serves_with_the_languages_that_it_has(line: Line) -> None:
    assert not Readiness(None, line.fallback_document).serving
    assert Readiness(line, line.fallback_document).ready
