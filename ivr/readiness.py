"""Readiness: the line, compiled and proved at start, or the reasons why it does not serve.

A start has one of four results:

- ready: callers get the whole line;
- serving, not ready: callers get the line, but because of a fault a published language, or a text of it, is spoken in
  the source language, or callers get the release's own content because an agency's layer cannot be used. A rollout
  stops here, and the previous release continues;
- not serving: signed calls get the fallback document, or every request is refused (no token, a faulty PUBLIC_URL);
- BadSettings: the fallback document cannot be read either, and the process ends.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree.ElementTree import ParseError

from ivr import __version__, signature
from ivr.check.proofs import prove
from ivr.content.facts import HOTLINE, PINNED_HOTLINE
from ivr.content.files import CHECKOUT, read_bytes
from ivr.content.languages import LanguageState, state_of
from ivr.content.layer import stack_of
from ivr.errors import BadContent, BadSettings, Fault, Unverified
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.line.options import Options
from ivr.line.twiml import with_new_numbers
from ivr.settings import Settings

FALLBACK_FILE = CHECKOUT / "deploy" / "fallback.xml"
"""The fallback document as a file: used only where the content cannot be loaded."""
MAX_FALLBACK_BYTES = 64_000
"""Twilio does not read a longer document: https://www.twilio.com/docs/api/errors/11750."""
MAX_SENTENCES = 30
"""Faults and notes that the health addresses show: a catalogue may have hundreds."""
_ABSOLUTE_PATH = re.compile(r"(?<![\w:/.])(?:/[\w.+@-]+)+/?")


@dataclass(frozen=True)
class Readiness:
    """The state of the line for callers, and its faults.

    `line` is None if signed calls get the fallback document. `faults` are the reasons why the line does not serve;
    those of the token and of PUBLIC_URL leave `line` as it is, but every request is refused. `languages` has the texts
    that each published language speaks. `notes` are sentences for an operator. `root` is the folder of the content.
    `layer_faults` are the reasons why `line` is the release without the layer.
    """

    line: Line | None
    fallback_document: bytes
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    languages: tuple[LanguageState, ...] = ()
    root: Path = CHECKOUT
    layer_faults: tuple[Fault, ...] = ()

    @property
    def serving(self) -> bool:
        """Whether callers get the menu."""
        return self.line is not None and not self.faults

    @property
    def ready(self) -> bool:
        """Whether callers get the whole line: every published language, with every text that is translated."""
        return self.serving and not self.language_faults and not self.layer_faults

    @property
    def language_faults(self) -> tuple[Fault, ...]:
        """The faults that withhold a published language, or for which a text of it is spoken in the source language."""
        return tuple(fault for language in self.languages for fault in language.faults)

    def report(self) -> dict[str, object]:
        """The content of the health addresses: no data about callers, no secret, no absolute path of this machine.

        `published` are the languages that callers are offered, without those that are withheld.
        """
        line = self.line
        return {
            "ready": self.ready,
            "serving": self.serving,
            "release": __version__,
            "places": line.stats.places if line else 0,
            "published": list(line.flow.offered) if line else [],
            "languages": {language.tag: self._language(language) for language in self.languages},
            "hotline": line.content.facts.numbers[HOTLINE].dial if line else None,
            "settings": _settings(line.options) if line else {},
            "faults": self._shown((*self.faults, *self.layer_faults, *self.language_faults)),
            "notes": self._shown(self.notes),
        }

    def _language(self, language: LanguageState) -> Mapping[str, object]:
        return {
            "withheld": language.withheld,
            "spoken": list(language.spoken),
            "not_spoken": list(language.not_spoken),
            "digest": language.digest,
            "faults": self._shown(language.faults),
        }

    def _shown(self, sentences: Sequence[Fault | str]) -> list[str]:
        more = len(sentences) - MAX_SENTENCES
        shown = [self._without_paths(str(sentence)) for sentence in sentences[:MAX_SENTENCES]]
        return [*shown, f"{more} more"] if more > 0 else shown

    def _without_paths(self, sentence: str) -> str:
        """`sentence` with files named from the content's folder, and other files of this machine by their name alone.

        "/home/line/usage.sqlite cannot be written" becomes "usage.sqlite cannot be written". "/call/en" stays: this
        machine has no folder /call, so it is an address of the line.
        """
        for folder in (self.root, CHECKOUT):
            if folder.is_absolute():
                sentence = sentence.replace(f"{folder}/", "")
        return _ABSOLUTE_PATH.sub(_name_of_file, sentence)


def _name_of_file(match: re.Match[str]) -> str:
    path = Path(match[0])
    return path.name if Path(*path.parts[:2]).is_dir() else match[0]


def _settings(options: Options) -> Mapping[str, object]:
    return {
        "public_url": options.public_url,
        "line_number": "set" if options.line_number else "not set",  # the number itself is for callers alone
        "silence": options.silence,
    }


def readiness_of(settings: Settings) -> Readiness:
    """Compile and prove the line. Raises BadSettings if the fallback document cannot be read either.

    If the content is a layer that cannot be used, or that breaks a proof or withholds a language that the release
    offers, the line is the release alone.
    """
    readiness, stack = _readiness_of_content(settings), stack_of(settings.ivr_content)
    withheld = [language for language in readiness.languages if language.withheld]
    if stack.layer is None or (readiness.line and not withheld):
        return readiness
    of_release = _readiness_of_content(settings.model_copy(update={"ivr_content": stack.base}))
    offered = of_release.line.flow.offered if of_release.line else ()
    lost = tuple(fault for language in withheld if language.tag in offered for fault in language.faults)
    if readiness.line and not lost:  # the release alone would offer no additional language
        return readiness
    own_faults = tuple(fault for fault in readiness.faults if fault not in of_release.faults)
    layer_faults = lost if readiness.line else own_faults
    return replace(of_release, layer_faults=layer_faults, root=settings.ivr_content)


def _readiness_of_content(settings: Settings) -> Readiness:
    """The readiness of the content at `settings.ivr_content` itself: the release, or a layer that may be unusable."""
    try:
        return _readiness_of_line(compile_line(settings.ivr_content, settings.options), settings)
    except BadContent as error:
        faults = error.faults
    except Exception as error:  # a fault of the content that no check foresaw must not keep calls from being answered
        found = f"it cannot be used ({type(error).__name__}: {error})"
        faults = (Fault(str(settings.ivr_content), found, "`ivr check` may say where."),)
    document = _fallback_from_file(settings)
    return Readiness(None, document, faults, notes=_notes(settings), root=settings.ivr_content)


def _readiness_of_line(line: Line, settings: Settings) -> Readiness:
    """The readiness of a line that compiles. A fault of its content that no other field reports is a note."""
    proof_faults, content = prove(line), line.content
    languages = tuple(state_of(content, tag) for tag in content.configured)
    reported = {*proof_faults, *(fault for language in languages for fault in language.faults)}
    other_faults = tuple(str(fault) for fault in content.faults if fault not in reported)
    return Readiness(
        None if proof_faults else line,
        line.fallback_document,
        faults=(*proof_faults, *_signature_faults(settings)),
        notes=(*_notes(settings), *other_faults),
        languages=languages,
        root=settings.ivr_content,
    )


def _fallback_from_file(settings: Settings) -> bytes:
    """The fallback document of FALLBACK_FILE, with the two numbers of `settings`: the hotline's and the line's own."""
    try:
        document = read_bytes(FALLBACK_FILE, MAX_FALLBACK_BYTES)
        return with_new_numbers(document, PINNED_HOTLINE, settings.hotline, settings.line_number or None)
    except OSError as error:
        found = f"cannot be read ({error.strerror})"
    except ParseError as error:
        found = f"is not XML ({error})"
    raise BadSettings(f"The content cannot be used and {FALLBACK_FILE.name} {found}: no call could be answered.")


def _signature_faults(settings: Settings) -> tuple[Fault, ...]:
    """The faults of the tokens and of PUBLIC_URL: the line signs a request itself and verifies the signature."""
    if not settings.tokens:
        remedy = "Set it to Twilio's auth token; to try the line out, move .env away and run `make setup`."
        return (Fault("TWILIO_AUTH_TOKEN", "it is not set, so every call is refused", remedy),)
    url, form = settings.public_url + "/call", [("CallSid", "CA" + "0" * 32), ("FromZip", "")]
    for token in settings.tokens:
        try:
            signature.verify(settings.tokens, url, form, [signature.sign(token, url, form)])
        except Unverified:
            found = "a request that the line signed itself was not accepted"
            return (Fault("PUBLIC_URL", found, "Set it to a plain https address."),)
    return ()


def _notes(settings: Settings) -> tuple[str, ...]:
    return (*settings.notes, *(("trying out: not Twilio's token",) if settings.is_test_line else ()))
