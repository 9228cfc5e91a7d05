"""The format of an exported line, version 1. docs/export.md explains it, docs/export.schema.json is made from it.

An address is a path behind the public URL, as `ivr.call.urls` writes it: "/call/es/partner/part-2". In the TwiML two
values are placeholders, which each consumer replaces: PUBLIC_URL_PLACEHOLDER by its own address, and
LINE_NUMBER_PLACEHOLDER by the line's number. So the exports of two operators can be compared.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ivr.call.state import DialOutcome, Pace
from ivr.call.transitions import Policy, Reading

PUBLIC_URL_PLACEHOLDER = "https://line.invalid"
"""No host has a name that ends in .invalid (RFC 2606)."""
LINE_NUMBER_PLACEHOLDER = "+10000000000"
"""No telephone has this number, because no area code begins with 0."""

Address = str


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExportedLanguage(_Record):
    """A published language. `language` and `voice` are Twilio's names ("es-US"), `name` is its own name ("español").

    `main_menu` is the place of a request to an unknown address; if that request reports the end of a dial, the
    `outcomes` of `transfer` apply. `opening` is the opening for a caller who has chosen this language.
    """

    language: str
    voice: str
    name: str
    direction: Literal["ltr", "rtl"]
    main_menu: Address
    transfer: Address
    opening: Address


class ExportedPlace(_Record):
    """A state of a call.

    - `steps`: indexes in `ExportedLine.steps`: everything that happens while the caller presses no key.
    - `keys`: the places that 0 to 9, *, # and any other value of Digits lead to, in this order.
    - `silence`: the place that a request without a key leads to. A caller who is silent sends none: see `steps`.
    - `choices`: what follows the place in the address that a key is sent to, such as "/choices-7c1e". A choice (1 to 6)
      at an address with other choices, or without choices, counts as silence.
    - `outcomes`: at a transfer, the place that each outcome of the dial leads to.
    """

    steps: tuple[int, ...]
    keys: tuple[Address, ...] = Field(min_length=13, max_length=13)
    silence: Address
    choices: str | None = None
    outcomes: dict[DialOutcome, Address] | None = None


class ExportedStep(_Record):
    """One step of a document: prompts, then by its `kind` a wait for a key, the dial, or the end of the call.

    - `reading`: for `ask`, which text it reads ("first": a menu for the first time).
    - `place`: the place whose keys, or whose outcomes, apply.
    - `wait`: for `ask`, the seconds that the line waits for a key after the prompts.
    - `prompts`: names in `ExportedLine.prompts`, in the order in which they are spoken.
    - `twiml`: one or more verbs of TwiML.
    """

    kind: Literal["ask", "dial", "end"]
    reading: Reading | None = None
    place: Address
    pace: Pace
    wait: int | None = None
    prompts: tuple[str, ...] | None = None
    twiml: str | None = None


class RecordingFiles(_Record):
    """The files of a recording in /audio, at the normal and at the slow pace: "0f3c….wav"."""

    normal: str
    slow: str


class ExportedPrompt(_Record):
    """One part of a text. `language` is the tag of the language that it is spoken in, a key of `languages`.

    - `paragraphs`: the words, with `…` for a short pause.
    - `lines`: the same as captions: each line is a list of pieces, [text] or [text, link]. A telephone number is
      written in digits, with the link that dials or texts it: ["911", "tel:911"].
    - `keys`: the key that each line offers, "" for none; absent if no line offers a key.
    - `seconds`: an upper estimate, with pauses, at the normal and at the slow pace; exact for a recording.
    """

    language: str
    paragraphs: tuple[str, ...]
    lines: tuple[tuple[tuple[str, ...], ...], ...]
    keys: tuple[str, ...] | None = None
    seconds: tuple[float, float]
    recording: RecordingFiles | None = None


class VoiceTiming(_Record):
    """The timing of the voices: the seconds of the two pauses, and at the slow pace the rate and the pause factor."""

    short_pause: float
    paragraph_pause: float
    slow_rate: float
    slow_pause: float


class AddressRules(_Record):
    """How an address is read. Both patterns are regular expressions of JavaScript.

    - `place`: matches the whole address of a place. Its groups are locale, node, part, pace, misses, tries,
      language_chosen and choices. Without choices, and with a published tag as locale, it is a key of `places`.
    - `language`: matches the beginning of an address that names a language (group locale), even if the rest is unknown.
    - `moved`: nodes of earlier releases, and the nodes that replace them.
    - `scripts`: by language, its likely script, under "", and that of each of its regions where it is another one.
    """

    place: str
    language: str
    moved: dict[str, str]
    scripts: dict[str, dict[str, str]]


class DocumentParts(_Record):
    """TwiML: a document is `head`, the TwiML of a place's steps, and `tail`. `fallback` is a whole document."""

    head: str
    tail: str
    fallback: str


class ExportedLine(_Record):
    """The compiled line.

    - `release`: the release of this program. `hotline`: the number that key 0 dials. `silence`: how a silent call ends.
    - `languages`: by tag; a call begins in the first one.
    - `ring`: the place at which a call begins, the opening. It is not the address of the first request, "/call".
    - `dial_statuses`: the outcome of each value of DialCallStatus; any other value is "unknown".
    - `documents`: absent where the TwiML is left out.
    - `prompts`: absent where the words are in the TwiML alone. The name is the language of the caller, the text and the
      part, "es/partner/2". In the menu of languages, the offer of a language also has its key: "es/language/1/key-2".
    """

    format: Literal[1] = 1
    release: str
    hotline: str
    silence: Policy
    languages: dict[str, ExportedLanguage]
    ring: Address
    addresses: AddressRules
    dial_statuses: dict[str, DialOutcome]
    voices: VoiceTiming
    documents: DocumentParts | None = None
    places: dict[Address, ExportedPlace]
    steps: tuple[ExportedStep, ...]
    prompts: dict[str, ExportedPrompt] | None = None
