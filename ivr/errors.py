"""The exceptions that several packages use, and `Fault`, the value that describes one fault.

While the line runs, a signed request gets a document whichever of them is raised. The exceptions of the telephone
(`ivr.phone`) and of synthetic speech (`ivr.speech`) are in their packages.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple, Self

FaultKind = Literal["fault", "missing", "fuzzy"]
UnreachableReason = Literal[
    "offline", "name", "refused", "timeout", "tls", "expired", "chain", "other name", "certificate", "closed", "other"
]
"""Why a host gives no reply.

- "offline": the network of this machine does not work. "name": DNS has no address for the host.
- "expired", "chain" (the intermediate certificates are missing), "other name", and "certificate" for all other reasons:
  the certificate is refused.
- "refused", "timeout", "tls", "closed": the connection is refused, too slow, without TLS, or closed without a reply.
"""


class Fault(NamedTuple):
    """One fault of the content or the settings, or a message that waits for its translator. `str` makes it a sentence.

        >>> str(Fault("prompts/tea.txt:3", "a digit in the text: '2 cups'", "Write numbers as words.", "ring 1"))
        "prompts/tea.txt:3: a digit in the text: '2 cups'. Write numbers as words. (to hear it: call, press 1)"

    `where`, `found`, `remedy` and `path` are for people. `where` is a file, with its line number if there is one, or an
    address or a name. `path` lists the keys that lead to the fault, "-" for silence up to a later step; it may be "".
    Decisions rest on the other four fields, of which the first three may be "":

    - `locale`: the tag of the language that the fault is in ("es").
    - `text`: the name of the text that the fault is in ("tea").
    - `english`: the English of the message that the fault is in.
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
        """Whether the message is missing or fuzzy, and so not wrong: its translator has not finished it."""
        return self.kind in ("missing", "fuzzy")

    def __str__(self) -> str:
        sentences = f"{self.where}: {self.found}. {self.remedy}"
        if not self.path:
            return sentences
        keys = self.path.removeprefix("ring").strip()
        return f"{sentences} (to hear it: call, press {keys})" if keys else f"{sentences} (to hear it: call)"


class LineError(Exception):
    """The base class of the exceptions in this file."""


class BadContent(LineError):
    """The content cannot be used: an editor must act in prompts/. `faults` has each reason."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))

    @classmethod
    def at(cls, where: str, found: str, remedy: str) -> Self:
        """The exception for a single fault."""
        return cls([Fault(where, found, remedy)])


class BadLocale(BadContent):
    """A folder in locales/ cannot be used: a translator must act."""


class BadSettings(LineError):
    """The environment cannot be used: the message tells the operator the name, its value and the expected value."""


class OperationFailed(LineError):
    """Twilio, the network or a file did not give what an operator asked for: the message says why, and what to do."""


class TwilioUnavailable(OperationFailed):
    """Twilio's API gives no usable reply, or cannot be reached from here: the state of the line is not known."""


class TokenRejected(OperationFailed):
    """Twilio does not know the token of the account."""


class Unreachable(OperationFailed):
    """A host gives no reply: no address in DNS, no connection, no trusted certificate, or no HTTP response."""

    def __init__(self, sentence: str, reason: UnreachableReason) -> None:
        self.reason = reason
        super().__init__(sentence)


class Unverified(LineError):
    """A request is not signed with the token: it gets 403."""


class Untranslated(LineError):
    """A text cannot be spoken in a language, so it is spoken in the source language.

    A message of it is missing, fuzzy or faulty in the catalogue, or it has no recording and the voice cannot say it.
    """
