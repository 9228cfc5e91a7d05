"""Writes a compiled line as an `ExportedLine`."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import get_args

from ivr import __version__
from ivr.call.flow import Transfer
from ivr.call.language_tags import likely_scripts
from ivr.call.playlist import PromptRef, prompts_for
from ivr.call.state import KEYS, DialEnded, DialOutcome, Ring, Silence
from ivr.call.state import Place as CallPlace
from ivr.call.transitions import Ask, Dial, next_place
from ivr.call.transitions import Step as CallStep
from ivr.call.urls import LANGUAGE_PATTERN, PLACE_PATTERN, address_of, choices_segment
from ivr.content.facts import HOTLINE
from ivr.content.prompts import RenderedPrompt
from ivr.export import format as form
from ivr.export.captions import caption_lines
from ivr.export.number_links import NumberLinker
from ivr.line import twiml
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.line.options import Options
from ivr.line.request import DIAL_STATUSES
from ivr.speech import pauses


def compile_with_marks(root: Path, options: Options, own_number: bool = False) -> Line:
    """Compile the line of `options` with a mark for its address and, if it is set, one for its number.

    With `own_number` the number itself is in the documents.
    """
    number = form.LINE_NUMBER_MARK if options.line_number and not own_number else options.line_number
    return compile_line(root, replace(options, public_url=form.PUBLIC_URL_MARK, line_number=number))


def export_line(line: Line, with_twiml: bool = True) -> form.ExportedLine:
    """`line` as data; its TwiML has marks only if `compile_with_marks` made the line."""
    return _Exporter(line, with_twiml).exported()


class _Exporter:
    """Collects the steps and the prompts of a line while it writes the places."""

    def __init__(self, line: Line, with_twiml: bool) -> None:
        self._line, self._flow, self._with_twiml = line, line.flow, with_twiml
        self._addresses_of = {place: address_of(place) for place in line.documents}
        self._linkers = {
            tag: NumberLinker(locale, line.content.facts.numbers) for tag, locale in line.content.locales.items()
        }
        self._steps: dict[CallStep, int] = {}
        self._written: list[form.Step] = []
        self._prompts: dict[str, form.Prompt] = {}

    def exported(self) -> form.ExportedLine:
        line, flow = self._line, self._flow
        in_order = sorted(self._addresses_of.items(), key=lambda item: item[1])
        places = {address: self._place(place) for place, address in in_order}
        return form.ExportedLine(
            release=__version__,
            hotline=str(line.content.facts.numbers[HOTLINE].dial),
            silence=line.options.silence,
            languages={tag: self._language(tag) for tag in flow.published},
            ring=address_of(next_place(flow, self._main_menu(flow.source_language), Ring())),
            addresses=self._addresses(),
            dial_statuses=dict(DIAL_STATUSES),
            voices=form.Voices(
                short_pause=pauses.SHORT_PAUSE,
                paragraph_pause=pauses.PARAGRAPH_PAUSE,
                slow_rate=pauses.SLOW_RATE,
                slow_pause=pauses.SLOW_PAUSE,
            ),
            documents=self._documents() if self._with_twiml else None,
            places=places,
            steps=tuple(self._written),
            prompts=dict(sorted(self._prompts.items())),
        )

    def _main_menu(self, tag: str) -> CallPlace:
        return CallPlace(self._flow.main_menu, tag)

    def _language(self, tag: str) -> form.Language:
        locale = self._line.content.locales[tag]
        transfer, opening = (CallPlace(self._flow.node_of_kind(kind), tag) for kind in ("transfer", "opening"))
        return form.Language(
            language=locale.language,
            voice=locale.voice,
            name=locale.name,
            direction="rtl" if locale.direction == "rtl" else "ltr",
            main_menu=address_of(self._main_menu(tag)),
            transfer=address_of(transfer),
            opening=address_of(opening),
        )

    def _addresses(self) -> form.Addresses:
        languages = {tag.lower().split("-")[0] for tag in self._flow.published}
        return form.Addresses(
            place=_for_javascript(PLACE_PATTERN.pattern),
            language=_for_javascript(LANGUAGE_PATTERN.pattern),
            moved=dict(sorted(self._flow.moved.items())),
            scripts={language: dict(likely_scripts(language)) for language in sorted(languages)},
        )

    def _documents(self) -> form.Documents:
        return form.Documents(
            head=twiml.HEAD.decode(), tail=twiml.TAIL.decode(), fallback=self._line.fallback_document.decode()
        )

    def _place(self, place: CallPlace) -> form.Place:
        steps = zip(self._line.steps(place), self._line.documents[place], strict=True)
        keys = self._line.transitions[place]
        return form.Place(
            steps=tuple(self._step(step, fragment) for step, fragment in steps),
            keys=tuple(self._addresses_of[keys[key]] for key in (*KEYS, "")),
            silence=address_of(next_place(self._flow, place, Silence())),
            choices=choices_segment(self._flow, place) or None,
            outcomes=self._outcomes(place) if isinstance(self._flow.nodes[place.node], Transfer) else None,
        )

    def _outcomes(self, place: CallPlace) -> Mapping[DialOutcome, form.Address]:
        return {
            outcome: address_of(next_place(self._flow, place, DialEnded(outcome))) for outcome in get_args(DialOutcome)
        }

    def _step(self, step: CallStep, fragment: bytes) -> int:
        """The index of `step`, which is written when it is first met."""
        if step not in self._steps:
            self._steps[step] = len(self._written)
            written = form.Step(
                does="ask" if isinstance(step, Ask) else "dial" if isinstance(step, Dial) else "end",
                reading=step.reading if isinstance(step, Ask) else None,
                place=address_of(step.place),
                pace=step.place.pace,
                wait=self._line.schedule.wait(step) if isinstance(step, Ask) else None,
                prompts=tuple(self._prompt_names(step)),
                twiml=fragment.decode() if self._with_twiml else None,
            )
            self._written.append(written)
        return self._steps[step]

    def _prompt_names(self, step: CallStep) -> Iterator[str]:
        """The prompts that `Schedule.spoken` returns, by name: equal prompts are spoken once."""
        spoken = set[RenderedPrompt]()
        for reference in prompts_for(self._flow, step):
            prompt = self._line.content.prompt(reference)
            if prompt not in spoken:
                spoken.add(prompt)
                name = _name_of(reference)
                if name not in self._prompts:
                    self._prompts[name] = self._prompt(prompt)
                yield name

    def _prompt(self, prompt: RenderedPrompt) -> form.Prompt:
        linker, seconds = self._linkers[prompt.locale], self._line.schedule.longest_seconds
        lines = list(caption_lines(prompt))
        linked = (linker.link(line.text) for line in lines)
        sound = prompt.sound
        return form.Prompt(
            language=prompt.locale,
            paragraphs=prompt.paragraphs,
            lines=tuple(tuple(tuple(filter(None, span)) for span in line) for line in linked),
            keys=tuple(line.key for line in lines) if any(line.key for line in lines) else None,
            seconds=(round(seconds(prompt), 1), round(seconds(prompt, slow=True), 1)),
            recording=form.Recording(normal=sound.file, slow=sound.slow) if sound else None,
        )


def _name_of(reference: PromptRef) -> str:
    """Example: "es/partner/2", or "es/language/1/key-2" where the text says another key than 8."""
    key = "" if reference.key == "8" else f"/key-{reference.key}"
    return f"{reference.locale}/{reference.text}/{reference.part}{key}"


def _for_javascript(pattern: str) -> str:
    return pattern.replace("(?P<", "(?<")
