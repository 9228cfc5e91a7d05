"""A virtual caller: rings, presses keys, stays silent, hangs up, and keeps what was heard, with the second.

It acts as a telephone and as Twilio: it asks for documents as Twilio does and plays them by Twilio's manual,
https://www.twilio.com/docs/voice/twiml. It does not sleep: `clock` counts the seconds of the call. It treats URLs and
words as opaque, so it plays any line. Between two acts of the caller the call waits in a Gather (`gather`), rings a
number (`dial`), or has ended.
"""

from collections import deque
from collections.abc import Callable
from typing import Literal, NamedTuple, assert_never
from urllib.parse import urljoin, urlsplit

from ivr.phone.parser import read_document
from ivr.phone.verbs import (
    Dial,
    Gather,
    Hangup,
    Heard,
    Play,
    PlayedSound,
    Say,
    SayOrPlay,
    SpeakingTime,
    Verb,
    average_speaking_time,
    said_seconds,
    unknown_sound,
)
from ivr.phone.webhook_form import FORM, OUTCOMES, Fields, answered, dial_ended, digits_pressed

Post = Callable[[str, Fields], bytes]
"""(URL, form) -> the document that the server of the line returns.

The URL has its fragment, as in the document. The function sends and signs the URL without the fragment.
"""

CallState = Literal["idle", "executing", "listening", "dialling", "ended"]
""""listening": the line waits for a key. "executing": it plays verbs; no method of `Caller` returns in this state."""

KEYS = tuple("0123456789*#")

DIAL_GRACE = 5
"""Seconds that Twilio rings longer than `timeout`: https://www.twilio.com/docs/voice/twiml/dial#timeout."""


class ImpossibleAct(Exception):
    """The caller cannot do this now, such as press a key after the end of the call: the message says why."""


class Act(NamedTuple):
    """One act of the caller or of the dialled party, which began `at` seconds after the ring.

    `text` is the act and `leads_to` the `Caller.position` after it, in the words of the stories in tests/line/calls.
    Example: `Act(12.5, "presses 8", "at /call/es/main")`.
    """

    at: float
    text: str
    leads_to: str


class Caller:
    """One call, from the ring to its end. `post` sends a request and returns the document.

    `ring` is the URL of the first request. Later URLs are those of the documents: a relative one is resolved against
    the URL of the document that holds it, an absolute one is used as written. `speaking_time` returns the seconds of a
    text, `sound_at` returns the sound at a URL. A method raises InvalidTwiml for a document that Twilio would not play,
    and ImpossibleAct for an act that the state of the call does not allow.
    """

    def __init__(
        self,
        post: Post,
        ring: str,
        form: Fields = FORM,
        speaking_time: SpeakingTime = average_speaking_time,
        sound_at: Callable[[str], PlayedSound] = unknown_sound,
    ) -> None:
        self.state: CallState = "idle"
        self.clock = 0.0
        self.heard: list[Heard] = []
        self.keys: list[str] = []
        self.dialled: list[str] = []
        self.acts: list[Act] = []
        self._post, self._ring, self._form = post, ring, form
        self._speaking_time, self._sound_at = speaking_time, sound_at
        self._document_url = ring
        self._verbs: deque[Verb] = deque()
        self._current: Verb | None = None
        self._unheard: tuple[SayOrPlay, ...] = ()

    @property
    def gather(self) -> Gather | None:
        """The Gather in which the line waits for a key now."""
        return self._current if self.state == "listening" and isinstance(self._current, Gather) else None

    @property
    def dial(self) -> Dial | None:
        """The Dial whose number rings now."""
        return self._current if self.state == "dialling" and isinstance(self._current, Dial) else None

    @property
    def position(self) -> str:
        """The state of the call as a line of a story: `at /call/es/main`, `dials +12025550123`, `ended`.

        After `at` is the path of the URL to which a key would be sent, without the folder of `ring`: with the ring
        https://example.org/help/call, the URL https://example.org/help/call/es/main is `/call/es/main`.
        """
        if gather := self.gather:
            return f"at {self._path(gather.action)}"
        if dial := self.dial:
            return f"dials {dial.number}"
        return self.state

    def rings(self) -> None:
        """Call the line, up to the first Gather, Dial or end."""
        if self.state != "idle":
            raise ImpossibleAct("rings: this caller has already rung; a new call needs a new caller")
        self._fetch(self._ring)
        self._continue()
        self._add_act(0.0, "rings")

    def hears_out(self) -> None:
        """Hear the words of the current Gather to the end, without an act. They are heard only once."""
        unheard, self._unheard = self._unheard, ()
        for verb in unheard:
            self._hear(verb, interruptible=True)

    def presses(self, key: str, interrupting: bool = False) -> None:
        """Press one key after the words of the Gather or, `interrupting`, before them: then they are not heard."""
        if key not in KEYS:
            raise ImpossibleAct(f"presses {key}: a telephone has the keys 0 to 9, * and #")
        gather = self._require_gather(f"presses {key}")
        if not interrupting:
            self.hears_out()
        at, self._unheard = self.clock, ()
        self.keys.append(key)
        self._fetch(gather.action, digits_pressed(key))
        self._continue()
        self._add_act(at, f"presses {key}")

    def waits(self) -> None:
        """Stay silent until the line acts: the Gather times out, or the dialled number does not answer."""
        if self.state == "dialling":
            self.dial_ends("no-answer")
            return
        gather = self._require_gather("silent")
        self.hears_out()
        at = self.clock
        self.clock += gather.timeout
        self._continue()
        self._add_act(at, "silent")

    def dial_ends(self, outcome: str, talked: float = 60.0) -> None:
        """The dialled call ends in one of OUTCOMES; a conversation takes `talked` seconds."""
        if outcome not in OUTCOMES:
            raise ImpossibleAct(f"{outcome}: a dialled call can end as {', '.join(OUTCOMES)}")
        dial, at = self.dial, self.clock
        if dial is None:
            raise ImpossibleAct(f"{outcome}: no number rings, the caller is {self.position}")
        _, bridged = OUTCOMES[outcome]
        if bridged:
            self.clock += talked
        elif outcome == "no-answer":
            self.clock += dial.timeout + DIAL_GRACE
        if dial.action is not None:
            self._fetch(dial.action, dial_ended(outcome, talked))
        self._continue()
        self._add_act(at, outcome)

    def hangs_up(self) -> None:
        """End the call, at any moment of it."""
        if self.state in ("idle", "ended"):
            raise ImpossibleAct(f"hangs up: there is no call, the caller is {self.position}")
        self.state, self._unheard = "ended", ()
        self._add_act(self.clock, "hangs up")

    def _require_gather(self, act: str) -> Gather:
        if gather := self.gather:
            return gather
        raise ImpossibleAct(f"{act}: the line does not listen, the caller is {self.position}")

    def _fetch(self, url: str, more: Fields = ()) -> None:
        url = self._resolved(url)
        form = self._form if self.state == "idle" else answered(self._form)
        self._verbs = deque(read_document(self._post(url, [*form, *more])))
        self._document_url = url

    def _resolved(self, url: str) -> str:
        return url if urlsplit(url).scheme else urljoin(self._document_url, url)

    def _path(self, url: str) -> str:
        parts = urlsplit(self._resolved(url))
        folder = urlsplit(self._ring).path.rpartition("/")[0]
        path = parts.path.removeprefix(folder) if parts.path.startswith(f"{folder}/") else parts.path
        return f"{path}?{parts.query}" if parts.query else path

    def _continue(self) -> None:
        self.state, self._unheard = "executing", ()
        while self.state == "executing":
            self._current = self._verbs.popleft() if self._verbs else None
            self._execute(self._current)

    def _execute(self, verb: Verb | None) -> None:
        match verb:
            case None | Hangup():
                self.state = "ended"
            case Say() | Play():
                self._hear(verb, interruptible=False)
            case Gather():
                self.state, self._unheard = "listening", verb.nested
            case Dial():
                self.state = "dialling"
                self.dialled.append(verb.number)
            case _:
                assert_never(verb)

    def _hear(self, verb: SayOrPlay, interruptible: bool) -> None:
        if isinstance(verb, Say):
            seconds = said_seconds(verb, self._speaking_time)
            heard = Heard(self.clock, verb.language, verb.voice, verb.text, interruptible, seconds)
        else:
            sound = self._sound_at(self._resolved(verb.url))
            heard = Heard(self.clock, sound.language, "recording", sound.text, interruptible, sound.seconds)
        self.heard.append(heard)
        self.clock += heard.seconds

    def _add_act(self, at: float, text: str) -> None:
        self.acts.append(Act(at, text, self.position))
