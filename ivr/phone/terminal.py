"""A telephone in the terminal: plain lines, one after the other, so that a screen reader can read them.

A person's own call (`converse`) and a call without a person (`play`) are written by the same hand. No colour,
no cursor movement; the lines come from and go to functions that are handed in, never to the terminal itself.
"""

from collections import deque
from collections.abc import Callable, Sequence

from ivr.phone.caller import KEYS, OUTCOMES, Caller, Impossible

SILENCE = "-"
HANG_UP = "hangup"


class Transcript:
    """The lines of a call as it goes on: the second, then what was heard or done."""

    def __init__(self, caller: Caller, write_line: Callable[[str], None]) -> None:
        self._caller, self._write_line = caller, write_line
        self._written = 0

    def line(self, sentence: str) -> None:
        """One line that begins with the second it now is."""
        self._write(self._caller.clock, sentence)

    def rings(self) -> None:
        """Call the line, and what it says by itself."""
        self.line("caller rings")
        self._caller.rings()
        self._follows()

    def does(self, token: str) -> None:
        """One act of the caller, a key, SILENCE or HANG_UP, and what the line then says."""
        if token == HANG_UP:
            self.line("caller hangs up")
            self._caller.hangs_up()
            return
        self.line("caller stays silent" if token == SILENCE else f"caller presses {token}")
        if token == SILENCE:
            self._caller.waits()
        else:
            self._caller.presses(token)
        self._follows()

    def far_end(self, outcome: str) -> None:
        """The dialled number behaves as `outcome` says, and what the line then says."""
        self.line(f"the line dials {self._caller.dialled[-1]}: {outcome}")
        self._caller.far_end(outcome)
        self._follows()

    def _follows(self) -> None:
        self._caller.listens()
        for heard in self._caller.heard[self._written :]:
            self._write(heard.at, f"{heard.language or '-'}  «{heard.text}»")
        self._written = len(self._caller.heard)
        if self._caller.state == "ended":
            self.line("the line ends the call")

    def _write(self, at: float, sentence: str) -> None:
        self._write_line(f"{at:6.1f} s  {sentence}")


def converse(caller: Caller, read_line: Callable[[], str], write_line: Callable[[str], None]) -> None:
    """A person's call: writes what is heard and what can be done, reads what the person does, to the end.

    `read_line` gives a line, or raises EOFError or KeyboardInterrupt, which hangs up.
    """
    transcript = Transcript(caller, write_line)
    transcript.rings()
    while caller.state != "ended":
        write_line(_offer(caller))
        try:
            typed = read_line().strip().lower()
        except (EOFError, KeyboardInterrupt):
            typed = "h"
        _obeys(caller, transcript, typed, write_line)


def _offer(caller: Caller) -> str:
    if caller.state == "dialling":
        return f"{caller.dialled[-1]} rings. {', '.join(OUTCOMES)}; enter = it rings out, h = hang up:"
    return "key (0-9 * #), enter = stay silent, h = hang up:"


def _obeys(caller: Caller, transcript: Transcript, typed: str, write_line: Callable[[str], None]) -> None:
    if typed in ("h", HANG_UP):
        transcript.does(HANG_UP)
    elif caller.state == "dialling" and (typed or "no-answer") in OUTCOMES:
        transcript.far_end(typed or "no-answer")
    elif caller.state == "listening" and (typed in ("", SILENCE) or _is_key(typed)):
        transcript.does(typed or SILENCE)
    else:
        write_line(f"«{typed}» cannot be done here.")


def play(caller: Caller, presses: Sequence[str], outcome: str = "completed") -> list[str]:
    """A call without a person: the lines of its transcript.

    `presses` are keys, `-` (silence until the line acts by itself) and `hangup`, one a token. Whatever the
    line dials behaves as `outcome` says. With no token left the transcript ends. Raises Impossible for a
    token or an outcome that does not exist, before it rings.
    """
    _check(presses, outcome)
    lines: list[str] = []
    transcript = Transcript(caller, lines.append)
    transcript.rings()
    _far_ends(caller, transcript, outcome)
    left = deque(presses)
    while left and caller.state == "listening":
        transcript.does(left.popleft())
        _far_ends(caller, transcript, outcome)
    if left:
        transcript.line(f"not played, the call has ended: {' '.join(left)}")
    elif caller.standing:
        transcript.line(f"no more keys; the line listens {caller.position}")
    return lines


def _far_ends(caller: Caller, transcript: Transcript, outcome: str) -> None:
    while caller.state == "dialling":
        transcript.far_end(outcome)


def _check(presses: Sequence[str], outcome: str) -> None:
    for token in presses:
        if token not in (SILENCE, HANG_UP) and not _is_key(token):
            raise Impossible(f"«{token}» is none of 0-9 * #, - (silence), hangup: put a space between two keys")
    if outcome not in OUTCOMES:
        raise Impossible(f"«{outcome}» is not how a far end behaves: {', '.join(OUTCOMES)}")


def _is_key(token: str) -> bool:
    return len(token) == 1 and token in KEYS
