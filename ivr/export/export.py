"""Writes a compiled line as an `ExportedLine`, and names the sounds that the telephone of the web page can play."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, get_args

from ivr import __version__
from ivr.call.flow import Transfer
from ivr.call.language_tags import likely_scripts
from ivr.call.playlist import PromptRef
from ivr.call.state import KEYS, DialEnded, DialOutcome, NoKey, Place, Ring
from ivr.call.transitions import Ask, Dial, Step, next_place
from ivr.call.urls import LANGUAGE_PATTERN, PLACE_PATTERN, address_of, choices_segment
from ivr.content.facts import HOTLINE
from ivr.content.prompts import RenderedPrompt
from ivr.export.captions import NumberLinker, TextSpan, caption_lines
from ivr.export.format import (
    LINE_NUMBER_PLACEHOLDER,
    PUBLIC_URL_PLACEHOLDER,
    Address,
    AddressRules,
    DocumentParts,
    ExportedLanguage,
    ExportedLine,
    ExportedPlace,
    ExportedPrompt,
    ExportedStep,
    RecordingFiles,
    VoiceTiming,
)
from ivr.line import twiml
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.line.options import Options
from ivr.line.request import DIAL_STATUSES
from ivr.speech import pauses
from ivr.speech.utterance import Utterance, utterance_of


def compile_with_placeholders(root: Path, options: Options, own_number: bool = False) -> Line:
    """Compile the line of `options`, with PUBLIC_URL_PLACEHOLDER for its address.

    Without `own_number`, LINE_NUMBER_PLACEHOLDER is in the place of the line's number, if `options` has one.
    """
    number = LINE_NUMBER_PLACEHOLDER if options.line_number and not own_number else options.line_number
    return compile_line(root, replace(options, public_url=PUBLIC_URL_PLACEHOLDER, line_number=number))


def export_line(line: Line, with_twiml: bool = True) -> ExportedLine:
    """`line` as an `ExportedLine`. Its TwiML has placeholders only if `compile_with_placeholders` compiled it."""
    return _LineExporter(line, with_twiml).export()


class _LineExporter:
    """Exports one line. It exports each step and each prompt when the first place needs it, once."""

    def __init__(self, line: Line, with_twiml: bool) -> None:
        self._line, self._flow, self._with_twiml = line, line.flow, with_twiml
        self._address_of_place = {place: address_of(place) for place in line.documents}
        self._linkers = {
            tag: NumberLinker(locale, line.content.facts.numbers) for tag, locale in line.content.locales.items()
        }
        self._step_indexes: dict[Step, int] = {}
        self._steps: list[ExportedStep] = []
        self._prompts: dict[str, ExportedPrompt] = {}

    def export(self) -> ExportedLine:
        line, flow = self._line, self._flow
        in_order = sorted(self._address_of_place.items(), key=lambda item: item[1])
        places = {address: self._place(place) for place, address in in_order}
        return ExportedLine(
            release=__version__,
            hotline=str(line.content.facts.numbers[HOTLINE].dial),
            silence=line.options.silence,
            languages={tag: self._language(tag) for tag in flow.offered},
            ring=address_of(next_place(flow, self._main_menu(flow.source_language), Ring())),
            addresses=self._addresses(),
            dial_statuses=dict(DIAL_STATUSES),
            voices=VoiceTiming(
                short_pause=pauses.SHORT_PAUSE,
                paragraph_pause=pauses.PARAGRAPH_PAUSE,
                slow_rate=pauses.SLOW_RATE,
                slow_pause=pauses.SLOW_PAUSE_FACTOR,
            ),
            documents=self._documents() if self._with_twiml else None,
            places=places,
            steps=tuple(self._steps),
            prompts=dict(sorted(self._prompts.items())),
        )

    def _main_menu(self, tag: str) -> Place:
        return Place(self._flow.main_menu, tag)

    def _language(self, tag: str) -> ExportedLanguage:
        locale = self._line.content.locales[tag]
        transfer, opening = (Place(self._flow.name_of_kind(kind), tag) for kind in ("transfer", "opening"))
        return ExportedLanguage(
            language=locale.language,
            voice=locale.voice,
            name=locale.name,
            direction="rtl" if locale.direction == "rtl" else "ltr",
            main_menu=address_of(self._main_menu(tag)),
            transfer=address_of(transfer),
            opening=address_of(opening),
        )

    def _addresses(self) -> AddressRules:
        languages = {tag.lower().split("-")[0] for tag in self._flow.offered}
        return AddressRules(
            place=PLACE_PATTERN.pattern.replace("(?P<", "(?<"),
            language=LANGUAGE_PATTERN.pattern.replace("(?P<", "(?<"),
            moved=dict(sorted(self._flow.moved.items())),
            scripts={language: dict(likely_scripts(language)) for language in sorted(languages)},
        )

    def _documents(self) -> DocumentParts:
        return DocumentParts(
            head=twiml.HEAD.decode(), tail=twiml.TAIL.decode(), fallback=self._line.fallback_document.decode()
        )

    def _place(self, place: Place) -> ExportedPlace:
        steps = zip(self._line.steps(place), self._line.documents[place], strict=True)
        keys = self._line.transitions[place]
        return ExportedPlace(
            steps=tuple(self._step(step, fragment) for step, fragment in steps),
            keys=tuple(self._address_of_place[keys[key]] for key in (*KEYS, "")),  # "" is any other value of Digits
            silence=address_of(next_place(self._flow, place, NoKey())),
            choices=choices_segment(self._flow, place) or None,
            outcomes=self._outcomes(place) if isinstance(self._flow.nodes[place.node], Transfer) else None,
        )

    def _outcomes(self, place: Place) -> Mapping[DialOutcome, Address]:
        return {
            outcome: address_of(next_place(self._flow, place, DialEnded(outcome))) for outcome in get_args(DialOutcome)
        }

    def _step(self, step: Step, fragment: bytes) -> int:
        """The index of `step` in `ExportedLine.steps`, to which it is added if it is new."""
        if step not in self._step_indexes:
            self._step_indexes[step] = len(self._steps)
            exported_step = ExportedStep(
                kind="ask" if isinstance(step, Ask) else "dial" if isinstance(step, Dial) else "end",
                reading=step.reading if isinstance(step, Ask) else None,
                place=address_of(step.place),
                pace=step.place.pace,
                wait=self._line.schedule.wait(step) if isinstance(step, Ask) else None,
                prompts=tuple(self._prompt_names(step)),
                twiml=fragment.decode() if self._with_twiml else None,
            )
            self._steps.append(exported_step)
        return self._step_indexes[step]

    def _prompt_names(self, step: Step) -> Iterator[str]:
        """The names of the prompts that `step` speaks. A new prompt is added to the exported ones."""
        for reference, prompt in self._line.schedule.named_prompts(step):
            name = _name_of(reference)
            if name not in self._prompts:
                self._prompts[name] = self._prompt(prompt)
            yield name

    def _prompt(self, prompt: RenderedPrompt) -> ExportedPrompt:
        linker, seconds = self._linkers[prompt.locale], self._line.schedule.longest_seconds
        lines, sound = list(caption_lines(prompt)), prompt.sound
        return ExportedPrompt(
            language=prompt.locale,
            paragraphs=prompt.paragraphs,
            lines=tuple(_pieces(linker.link(line.text)) for line in lines),
            keys=tuple(line.key for line in lines) if any(line.key for line in lines) else None,
            seconds=(round(seconds(prompt), 1), round(seconds(prompt, slow=True), 1)),
            recording=RecordingFiles(normal=sound.file, slow=sound.slow) if sound else None,
        )


def _pieces(line: Sequence[TextSpan]) -> tuple[tuple[str, ...], ...]:
    """A line of captions as in `ExportedPrompt.lines`: (("Dial ",), ("911", "tel:911"))."""
    return tuple((span.text, span.link) if span.link else (span.text,) for span in line)


def _name_of(reference: PromptRef) -> str:
    """The name of a prompt: "es/partner/2", or in the menu of languages "es/language/1/key-2"."""
    key = "" if reference.language_key == "8" else f"/key-{reference.language_key}"
    return f"{reference.locale}/{reference.text}/{reference.part}{key}"


class PageSound(NamedTuple):
    """What is said in a sound, and the tag of its language: "es"."""

    tag: str
    utterance: Utterance


def page_sounds(line: ExportedLine) -> Mapping[str, PageSound]:
    """The sounds of each prompt of `line` that is not recorded, by its name, with "/slow" for the slow pace."""
    sounds: dict[str, PageSound] = {}
    for name, prompt in (line.prompts or {}).items():
        if prompt.recording is None:
            tag, language = prompt.language, line.languages[prompt.language].language
            sounds[name] = PageSound(tag, utterance_of(language, prompt.paragraphs))
            sounds[f"{name}/slow"] = PageSound(tag, utterance_of(language, prompt.paragraphs, slow=True))
    return sounds
