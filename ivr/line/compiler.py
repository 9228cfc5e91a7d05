"""The compiler: prompts/ and locales/ become a `Line`, with the document of every place written before the first call.

Why this is possible. The menus, texts and languages are finite, and a caller's state is finite: node, part, language,
pace, no-matches, dials (`Place`). `explore` walks every key, silence and outcome from the ring and returns every place
that a caller can reach, a few thousand for two languages.

Why this is small. The document of a place is everything that happens there while the caller presses no key: a sequence
of steps, such as the three readings of a menu, the warning, the connecting sentence, the dial. Most places share most
of their steps: after a topic, silence leads to the menu above it. So each step is written once, as a fragment of TwiML
(one <Gather>, or speech with a <Dial> or a <Hangup>), and a document is a tuple of shared fragments. Memory grows with
the number of steps, not with the number of places times their length.

Why this is worth it. A content error stops the compiler instead of a call; every document can be checked before
the first call; a request costs one look-up.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from ivr.call.exploration import explore
from ivr.call.state import Place
from ivr.call.transitions import Ask, Dial, End, Step, first_place, silent_steps
from ivr.call.urls import AUDIO, key_address_of, outcome_address_of, webhook_url
from ivr.content.facts import HOTLINE
from ivr.content.languages import fallback_locales
from ivr.content.load import Content, load_content
from ivr.line import twiml
from ivr.line.line import CompileStats, Line
from ivr.line.options import DEFAULT_OPTIONS, Options
from ivr.line.schedule import Schedule


def compile_line(root: Path, options: Options = DEFAULT_OPTIONS, languages: Sequence[str] | None = None) -> Line:
    """Compile prompts/ and locales/ under `root`.

    `languages` replaces those that flow.toml publishes, for example to hear a draft. Raises BadContent if the
    flow, the numbers or the texts of the source language cannot be used.
    """
    started = time.perf_counter()
    content = load_content(root, languages, options.hotline)
    paths, transitions = explore(content.flow, options.silence)
    schedule = Schedule(content)
    writer = FragmentWriter(content, options, schedule)
    by_language = sorted(paths, key=lambda place: place.locale)  # one language at a time: twiml caches 1,000 prompts
    documents = {place: writer.fragments_of(place) for place in by_language}
    addresses = {key_address_of(content.flow, place): place for place in documents}
    size = sum(map(len, writer.fragments.values()))
    stats = CompileStats(len(documents), len(writer.fragments), size, time.perf_counter() - started)
    return Line(content, options, schedule, paths, transitions, documents, addresses, writer.fallback_document(), stats)


class FragmentWriter:
    """Writes the fragments of a line. `fragments` holds the TwiML of every step written so far, each step once."""

    def __init__(self, content: Content, options: Options, schedule: Schedule) -> None:
        self._content, self._flow, self._options, self._schedule = content, content.flow, options, schedule
        self._audio_url = options.public_url + AUDIO
        self.fragments: dict[Step, bytes] = {}

    def fragments_of(self, place: Place) -> tuple[bytes, ...]:
        """The document of `place`: a fragment for each step that follows while the caller presses no key."""
        return tuple(map(self._fragment, silent_steps(self._flow, place, self._options.silence)))

    def _fragment(self, step: Step) -> bytes:
        if step not in self.fragments:
            self.fragments[step] = self._gather(step) if isinstance(step, Ask) else self._speech(step)
        return self.fragments[step]

    def _gather(self, ask: Ask) -> bytes:
        """Prompts that any key stops, then the wait for a key.

        They begin with the pause PAUSE_AFTER_KEY, except for the opening of a call, which no key precedes.
        """
        action = webhook_url(self._options.public_url, key_address_of(self._flow, ask.place))
        begins_call = ask == Ask(first_place(self._flow), "opening")
        first_pause = 0 if begins_call else twiml.PAUSE_AFTER_KEY
        prompts, wait, locales = self._schedule.prompts(ask), self._schedule.wait(ask), self._content.locales
        return twiml.gather(prompts, locales, ask.place.pace, action, wait, first_pause, self._audio_url)

    def _speech(self, step: Dial | End) -> bytes:
        """Prompts that no key stops, then the dial or the end of the call."""
        prompts, locales, pace = self._schedule.prompts(step), self._content.locales, step.place.pace
        speech = b"".join(twiml.say(prompt, locales, pace, audio_url=self._audio_url) for prompt in prompts)
        if isinstance(step, End):
            return speech + twiml.hang_up()
        action = webhook_url(self._options.public_url, outcome_address_of(step.place))
        return speech + self._dial(self._flow.transfer.number, action)

    def _dial(self, name: str, action: str | None) -> bytes:
        """The dial of the number that has `name` in numbers.toml."""
        return twiml.dial(str(self._content.facts.numbers[name].dial), action, self._options.line_number)

    def fallback_document(self) -> bytes:
        """The document for a call that the line cannot answer: the hotline's number, a dial, both once more."""
        dial = self._dial(HOTLINE, None)
        first, again, goodbye = map(self._in_two_languages, ("fallback", "fallback_again", "goodbye"))
        return twiml.document([first, dial, again, dial, goodbye])

    def _in_two_languages(self, text: str) -> bytes:
        """`text` in two languages and in voices of another vendor, without recordings.

        Twilio plays the fallback document when our server does not answer: then it cannot fetch our recordings. It also
        plays the document when the vendor of the line's voices has withdrawn one, or has an outage.
        """
        locales = fallback_locales(self._content)
        prompts = (self._content.shared_text(text, tag)._replace(sound=None) for tag in locales)
        return b"".join(twiml.say(prompt, locales, "normal") for prompt in dict.fromkeys(prompts))
