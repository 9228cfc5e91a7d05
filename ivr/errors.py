"""Every exception of the line, on one page, and the value they carry.

    LineError
    ├── BadContent       an editor or a translator must act: the files under prompts/ and locales/
    │   ├── BadFlow          the map
    │   ├── BadFacts         telephone numbers and sources
    │   ├── BadText          a text in prompts/
    │   └── BadLocale        a language's folder
    ├── BadSettings      an operator must act: the environment
    ├── OperationFailed          an operator asked for something that Twilio, the network or a file did not give
    ├── Unverified       a request is not signed with the token: it is refused with 403
    ├── UnknownAddress   an address this release does not know (never shown to a caller: it leads to the main menu)
    └── Untranslated     a text has no whole translation (never shown: the text is spoken in the first language)

A caller never meets one of these. A caller meets a sentence and a person.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple, Self

FaultKind = Literal["fault", "missing", "fuzzy"]


class Fault(NamedTuple):
    """One fault of the content or the settings. As a string it is a sentence: where, what was found, what to do.

        >>> str(Fault("prompts/tea.txt:3", "a digit stands in the text: '2 cups'", "Write numbers as words.", "ring 1"))
        "prompts/tea.txt:3: a digit stands in the text: '2 cups'. Write numbers as words. (to hear it: ring 1)"

    `where` is a file, with its line number if there is one, or an address or a name. `path` lists the keys that lead
    to the fault, "" if there are none. Decisions rest on the fields below, never on the words of the four above:

    - `locale`: the tag of the language that the fault is in ("es"), "" if it is in none.
    - `text`: the name of the text that the fault is in ("tea"), "" if it is in none.
    - `english`: the English of the message that the fault is in, "" if it is not about one message.
    - `kind`: "missing" or "fuzzy" for a message that waits for its translator, else "fault".
    """

    where: str
    found: str
    remedy: str
    path: str = ""
    locale: str = ""
    text: str = ""
    english: str = ""
    kind: FaultKind = "fault"

    @property
    def waits_for_translator(self) -> bool:
        """Whether a translation is merely not there yet (missing or fuzzy). Content that is wrong is not waiting."""
        return self.kind in ("missing", "fuzzy")

    def __str__(self) -> str:
        heard = f" (to hear it: {self.path})" if self.path else ""
        return f"{self.where}: {self.found}. {self.remedy}{heard}"


class LineError(Exception):
    """The base of all; it is never raised itself."""


class BadContent(LineError):
    """Content cannot be used. `faults` holds each reason as a Fault."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))

    @classmethod
    def at(cls, where: str, found: str, remedy: str) -> Self:
        """The exception for a single fault."""
        return cls([Fault(where, found, remedy)])


class BadFlow(BadContent):
    """prompts/flow.toml cannot be used."""


class BadFacts(BadContent):
    """prompts/numbers.toml or prompts/sources.toml cannot be used."""


class BadText(BadContent):
    """A text in prompts/ cannot be used."""


class BadLocale(BadContent):
    """A folder in locales/ cannot be used."""


class BadSettings(LineError):
    """The environment is not usable: the message says which name, what it held, what was expected."""


class OperationFailed(LineError):
    """What an operator asked for could not be done: the message says why, and what to do."""


class Unverified(LineError):
    """A request is not signed by anyone who knows the token: it is refused with 403."""


class UnknownAddress(LineError):
    """No place of this release has this address."""


class Untranslated(LineError):
    """A message of a text is missing, fuzzy or faulty in a catalogue."""
