"""No <Say> has words of another language than its `language` says: the voice would read them as gibberish."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from ivr.line import twiml
from ivr.line.line import Line
from ivr.phone.parser import read_document
from ivr.phone.verbs import Gather, Say


def words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP_WORDS: Mapping[str, frozenset[str]] = {
    "en": words_of(
        "the and you your is are to of for or in it that this can not be with if they on may who what at do have from "
        "a one call press them by will an when there help line person zero nine eight"
    ),
    "es": words_of(
        "el la los las y usted su sus es son de del para o en que este esta puede no con si un una por se al lo le más "
        "como cuando hay ayuda línea persona oprima cero nueve ocho llame quien hacer"
    ),
}
"""The commonest words of each language on this line; a word of both is left out."""
SHARED = STOP_WORDS["en"] & STOP_WORDS["es"]
SHORT = 4
"""Words up to which a <Say> may have no stop word: a brand, a number, "Goodbye"."""


def language_of(say: Say) -> str:
    return say.language.partition("-")[0]


def says(line: Line) -> Iterator[Say]:
    """Every <Say> of every document, and of the fallback document, in a language of STOP_WORDS."""
    fragments = {fragment for document in line.documents.values() for fragment in document}
    for document in (line.fallback_document, *(twiml.document([fragment]) for fragment in fragments)):
        for verb in read_document(document):
            for spoken in verb.nested if isinstance(verb, Gather) else (verb,):
                if isinstance(spoken, Say) and language_of(spoken) in STOP_WORDS:
                    yield spoken


def votes(text: str) -> dict[str, int]:
    """How many stop words of each language a text has: {"en": 7, "es": 0}."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    return {tag: sum(word in stops - SHARED for word in words) for tag, stops in STOP_WORDS.items()}


def wrong(line: Line) -> list[str]:
    """The texts whose words are not of the language that their <Say> names."""
    found = []
    for say in dict.fromkeys(says(line)):
        own, text = language_of(say), say_text(say)
        count = votes(text)
        others = max(number for tag, number in count.items() if tag != own)
        long = len(text.split()) > SHORT
        if others >= count[own] and (long or others > count[own]):
            found.append(f"{say.language}: {text[:80]}")
    return found


def say_text(say: Say) -> str:
    return " ".join(piece for piece in say.pieces if isinstance(piece, str))


@pytest.mark.parametrize("name", ["line", "real", "line_goodbye", "real_goodbye"])
def test_every_say_has_words_of_its_language(name: str, request: pytest.FixtureRequest) -> None:
    assert wrong(request.getfixturevalue(name)) == []


@pytest.mark.parametrize("name", ["line", "real"])
def test_words_in_the_voice_of_another_language_are_found(name: str, request: pytest.FixtureRequest) -> None:
    line: Line = request.getfixturevalue(name)
    swap = {b'language="en-US"': b'language="es-US"', b'language="es-US"': b'language="en-US"'}
    swapped = {
        place: tuple(re.sub(rb'language="e[ns]-US"', lambda found: swap[found[0]], fragment) for fragment in fragments)
        for place, fragments in line.documents.items()
    }
    assert len(wrong(replace(line, documents=swapped))) > 0.8 * len(dict.fromkeys(map(say_text, says(line))))
