"""Readiness: the line compiled and proved, or the reasons why it is not. It is decided once, at start.

Three outcomes, no others: ready; not ready, so that signed calls get the last resort; and, with not even that left,
no start at all.
"""

from dataclasses import dataclass
from pathlib import Path

from ivr import __version__, signature
from ivr.check.proofs import prove
from ivr.errors import BadContent, BadSettings, Fault, Unverified
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.server.garbage import nothing_collected
from ivr.settings import CHECKOUT, Settings

FALLBACK = CHECKOUT / "deploy" / "fallback.xml"
"""The last resort as a file: used only where the content cannot even give the number."""


@dataclass(frozen=True)
class Readiness:
    """`line` is None where calls must get the last resort; `faults` say why, `notes` what an operator should know."""

    line: Line | None
    fallback_document: bytes
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether callers get the whole line."""
        return self.line is not None and not self.faults

    def report(self) -> dict[str, object]:
        """What the health page says: nothing of a caller, nothing secret."""
        built = self.line.stats if self.line else None
        return {
            "ready": self.ready,
            "release": __version__,
            "places": built.places if built else 0,
            "published": list(self.line.flow.published) if self.line else [],
            "faults": [str(fault) for fault in self.faults],
            "notes": list(self.notes),
        }


def get_ready(settings: Settings) -> Readiness:
    """Compile and prove the line. Raises BadSettings where not even the last resort can be given."""
    notes = _notes(settings)
    try:
        with nothing_collected():
            line = compile_line(settings.ivr_content, settings.options)
            unproved, unsigned = prove(line), _signature_faults(settings)
    except BadContent as error:
        return Readiness(None, _kept_last_resort(FALLBACK), error.faults, notes)
    except Exception as error:  # content that nobody foresaw must not keep calls from being answered
        fault = Fault(str(settings.ivr_content), f"it cannot be used ({error!r})", "`ivr check` may say where.")
        return Readiness(None, _kept_last_resort(FALLBACK), (fault,), notes)
    left_out = tuple(str(fault) for fault in line.content.faults)
    return Readiness(None if unproved else line, line.fallback_document, (*unproved, *unsigned), (*notes, *left_out))


def _kept_last_resort(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadSettings(
            f"The content cannot be used and {path.name} is missing too ({error.strerror}): no call could be answered."
        ) from error


def _signature_faults(settings: Settings) -> tuple[Fault, ...]:
    """The line signs a request of its own and verifies it, over the public URL as it is set."""
    if not settings.tokens:
        remedy = "Set it to Twilio's auth token; to try the line out, `make setup` writes one."
        return (Fault("TWILIO_AUTH_TOKEN", "it is not set, so every call is refused", remedy),)
    url, form = settings.public_url + "/call", [("CallSid", "CA" + "0" * 32), ("FromZip", "")]
    for token in settings.tokens:
        try:
            signature.verify(settings.tokens, url, form, [signature.sign(token, url, form)])
        except Unverified:
            return (
                Fault(
                    "PUBLIC_URL",
                    "a request that the line signed itself was not accepted",
                    "Set it to a plain https address.",
                ),
            )
    return ()


def _notes(settings: Settings) -> tuple[str, ...]:
    return (*settings.notes, *(("trying out: not Twilio's token",) if settings.trying_out else ()))
