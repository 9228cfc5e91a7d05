"""A virtual caller: rings, presses keys, stays silent, hangs up, and keeps what was heard, with the second.

It is a telephone and Twilio behind it in one: it asks for documents as Twilio does and plays them by Twilio's
manual, without sleeping and without chance. It never looks into an address or a word; nothing of a line's own
comes in. https://www.twilio.com/docs/voice/twiml
"""

from collections import deque
from collections.abc import Callable
from typing import Literal, NamedTuple, assert_never
from urllib.parse import urljoin, urlsplit

from ivr.phone.parser import Dial, Gather, Hangup, Play, Redirect, Refused, Say, SayOrPlay, Verb, read
from ivr.phone.playback import Heard, Recording, Seconds, played, said, speaking_time, unknown_sound
from ivr.phone.webhook_form import FORM, OUTCOMES, Form, answered, dial_ended, digits_pressed

__all__ = [
    "FORM",
    "KEYS",
    "OUTCOMES",
    "Caller",
    "Form",
    "Heard",
    "Impossible",
    "Post",
    "Recording",
    "State",
    "Step",
]

Post = Callable[[str, Form], bytes]
"""The cable: an address and the form sent to it, to the document that comes back."""

State = Literal["idle", "talking", "listening", "dialling", "ended"]
"""`talking` lasts only while verbs are carried out: between two acts of the caller it is never seen."""

KEYS = "0123456789*#"

DIAL_GRACE = 5
"""Seconds that Twilio rings longer than `timeout`: https://www.twilio.com/docs/voice/twiml/dial#timeout."""


class Impossible(Exception):
    """What a caller cannot do now: press a key after the call has ended, answer when nothing was dialled."""


class Step(NamedTuple):
    """One act of the caller or of the far end, in the words of a story: when, what, and where it led."""

    at: float
    does: str
    leads_to: str


class Caller:
    """One call over the cable `post`, from the first ring to its end.

    `ring` is the address asked first. Later addresses are those of the documents; a relative one is resolved
    against the document that it stood in, an absolute one is asked exactly as written. `seconds` gives the
    seconds of a text in a language at rate 1, `recordings` what a sound file holds. Raises Refused for a
    document that Twilio would not play, and after `most_verbs` verbs for a call that goes in circles.
    """

    def __init__(
        self,
        post: Post,
        ring: str,
        form: Form = FORM,
        seconds: Seconds = speaking_time,
        recordings: Callable[[str], Recording] = unknown_sound,
        most_verbs: int = 1000,
    ) -> None:
        self.state: State = "idle"
        self.clock = 0.0
        self.heard: list[Heard] = []
        self.spoken: list[SayOrPlay] = []
        """What was said for each of `heard`: words, pauses and pace as the document gives them."""
        self.keys: list[str] = []
        self.dialled: list[str] = []
        self.steps: list[Step] = []
        self._post, self._ring, self._form = post, ring, form
        self._seconds, self._recordings = seconds, recordings
        self._document = ring
        self._verbs: deque[Verb] = deque()
        self._verbs_left = most_verbs
        self._current: Verb | None = None
        self._unheard: tuple[SayOrPlay, ...] = ()
        self._typed = ""

    @property
    def standing(self) -> Gather | None:
        """The Gather in which the line listens now."""
        return self._current if self.state == "listening" and isinstance(self._current, Gather) else None

    @property
    def dialling(self) -> Dial | None:
        """The Dial that rings now."""
        return self._current if self.state == "dialling" and isinstance(self._current, Dial) else None

    @property
    def position(self) -> str:
        """Where the caller is, in the words of a story: `at /call/es/main`, `dials +12025550123`, `ended`.

        The address is the path to which a key would go, as seen from the folder of the ring.
        """
        if gather := self.standing:
            return f"at {self._path(gather.action)}"
        if dial := self.dialling:
            return f"dials {dial.number}"
        return self.state

    def rings(self) -> None:
        """Call the line; it answers and goes on until it listens, dials or ends."""
        if self.state != "idle":
            raise Impossible("rings: this caller has already rung; a new call needs a new caller")
        self._fetches(self._ring)
        self._goes_on()
        self._keeps(0.0, "rings")

    def listens(self) -> None:
        """Hear what this Gather speaks, to its end, and do nothing yet. It is heard only once."""
        unheard, self._unheard = self._unheard, ()
        for spoken in unheard:
            self._hears(spoken, interruptible=True)

    def presses(self, key: str, cutting: bool = False) -> None:
        """Press one key, after the line's words or, `cutting` them, before: then they are not heard."""
        if len(key) != 1 or key not in KEYS:
            raise Impossible(f"presses {key}: a telephone has the keys 0 to 9, * and #")
        gather = self._listening(f"presses {key}")
        if not cutting:
            self.listens()
        at, self._unheard = self.clock, ()
        self.keys.append(key)
        self._takes(gather, key)
        self._keeps(at, f"presses {key}")

    def waits(self) -> None:
        """Stay silent until the line acts: it goes on after its timeout, or the far end does not answer."""
        if self.state == "dialling":
            self.far_end("no-answer")
            return
        gather = self._listening("silent")
        self.listens()
        at = self.clock
        self.clock += gather.timeout
        if self._typed or gather.asks_on_silence:
            self._sends_digits(gather)
        self._goes_on()
        self._keeps(at, "silent")

    def far_end(self, outcome: str, talked: float = 60.0) -> None:
        """The dialled call ends in one of OUTCOMES, after `talked` seconds if there was a conversation."""
        if outcome not in OUTCOMES:
            raise Impossible(f"{outcome}: the far end can be {', '.join(OUTCOMES)}")
        dial, at = self.dialling, self.clock
        if dial is None:
            raise Impossible(f"{outcome}: nothing is dialled, the caller is {self.position}")
        if OUTCOMES[outcome][1]:
            self.clock += talked
        elif outcome == "no-answer":
            self.clock += dial.timeout + DIAL_GRACE
        if dial.action is not None:
            self._fetches(dial.action, dial.method, dial_ended(outcome, talked))
        self._goes_on()
        self._keeps(at, outcome)

    def hangs_up(self) -> None:
        """Put the telephone down, at any moment of the call."""
        if self.state in ("idle", "ended"):
            raise Impossible(f"hangs up: there is no call, the caller is {self.position}")
        self.state, self._unheard = "ended", ()
        self._keeps(self.clock, "hangs up")

    def _listening(self, act: str) -> Gather:
        if gather := self.standing:
            return gather
        raise Impossible(f"{act}: the line does not listen, the caller is {self.position}")

    def _takes(self, gather: Gather, key: str) -> None:
        """Type one key. https://www.twilio.com/docs/voice/twiml/gather#finishonkey"""
        finishes = key == gather.finish_on_key
        self._typed += "" if finishes else key
        if self._typed and (finishes or len(self._typed) == gather.num_digits):
            self._sends_digits(gather)
        elif not finishes:
            return  # more digits may follow: the line goes on listening
        self._goes_on()

    def _sends_digits(self, gather: Gather) -> None:
        self._fetches(gather.action, gather.method, digits_pressed(self._typed))

    def _fetches(self, address: str, method: str = "POST", more: Form = ()) -> None:
        address = self._resolved(address)
        if method != "POST":
            raise Refused(f"{method} {address}: this telephone can only POST, so that no key lands in a server's log")
        form = self._form if self.state == "idle" else answered(self._form)
        self._verbs = deque(read(self._post(address, [*form, *more])))
        self._document = address

    def _resolved(self, address: str) -> str:
        return address if urlsplit(address).scheme else urljoin(self._document, address)

    def _path(self, address: str) -> str:
        parts = urlsplit(self._resolved(address))
        folder = urlsplit(self._ring).path.rpartition("/")[0]
        path = parts.path.removeprefix(folder) if parts.path.startswith(f"{folder}/") else parts.path
        return f"{path}?{parts.query}" if parts.query else path

    def _goes_on(self) -> None:
        self.state, self._typed, self._unheard = "talking", "", ()
        while self.state == "talking":
            self._current = self._verbs.popleft() if self._verbs else None
            self._does(self._current)

    def _does(self, verb: Verb | None) -> None:
        self._counts()
        match verb:
            case None | Hangup():
                self.state = "ended"
            case Say() | Play():
                self._hears(verb, interruptible=False)
            case Gather():
                self.state, self._unheard = "listening", verb.spoken
            case Dial():
                self.state = "dialling"
                self.dialled.append(verb.number)
            case Redirect():
                self._fetches(verb.address, verb.method)
            case _:
                assert_never(verb)

    def _counts(self) -> None:
        self._verbs_left -= 1
        if self._verbs_left < 0:
            raise Refused("the call goes in circles: too many verbs were played without an end")

    def _hears(self, spoken: SayOrPlay, interruptible: bool) -> None:
        for _ in range(spoken.loop):
            if isinstance(spoken, Say):
                heard = said(spoken, self.clock, interruptible, self._seconds)
            else:
                recording = self._recordings(self._resolved(spoken.address))
                heard = played(recording, self.clock, interruptible)
            self.heard.append(heard)
            self.spoken.append(spoken)
            self.clock += heard.seconds

    def _keeps(self, at: float, does: str) -> None:
        self.steps.append(Step(at, does, self.position))
