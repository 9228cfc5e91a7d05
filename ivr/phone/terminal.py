"""A telephone in the terminal: plain lines, one below the other, without colour, so that a screen reader can read them.

`call_by_hand` asks a person for each act. `call_with_keys` presses given keys.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, repeat

from ivr.phone.caller import KEYS, Caller, ImpossibleAct
from ivr.phone.webhook_form import OUTCOMES

SILENCE = "-"
HANG_UP = "hangup"


class Transcript:
    """Writes a call as rows of text: the second, then the words or the act. Example: `   2.8 s  caller presses 8`."""

    def __init__(self, caller: Caller, write_line: Callable[[str], None]) -> None:
        self._caller, self._write_line = caller, write_line
        self._written = 0

    def add(self, sentence: str, at: float | None = None) -> None:
        """Write one line, with the second `at`, by default the current one."""
        self._write_line(f"{self._caller.clock if at is None else at:6.1f} s  {sentence}")

    def rings(self) -> None:
        """Ring, and write what the line says."""
        self.add("caller rings")
        self._caller.rings()
        self._write_heard()

    def act(self, token: str) -> None:
        """Do one act of the caller, a key, SILENCE or HANG_UP, and write what the line then says."""
        if token == HANG_UP:
            rings = f"the line dials {self._caller.dialled[-1]}: " if self._caller.dial else ""
            self.add(f"{rings}caller hangs up")
            self._caller.hangs_up()
            return
        self.add("caller stays silent" if token == SILENCE else f"caller presses {token}")
        if token == SILENCE:
            self._caller.waits()
        else:
            self._caller.presses(token)
        self._write_heard()

    def dial_ends(self, outcome: str) -> None:
        """The dialled call ends in `outcome`; write what the line then says."""
        self.add(f"the line dials {self._caller.dialled[-1]}: {outcome}")
        self._caller.dial_ends(outcome)
        self._write_heard()

    def _write_heard(self) -> None:
        self._caller.hears_out()
        for heard in self._caller.heard[self._written :]:
            self.add(f"{heard.language or '-'}  «{heard.text}»", heard.at)
        self._written = len(self._caller.heard)
        if self._caller.state == "ended":
            self.add("the line ends the call")


def call_by_hand(caller: Caller, read_line: Callable[[], str], write_line: Callable[[str], None]) -> None:
    """A call by hand: write the words of the line and the possible acts, read one act, until the call ends.

    `read_line` returns a line; where it raises EOFError or KeyboardInterrupt, the caller hangs up.
    """
    transcript = Transcript(caller, write_line)
    transcript.rings()
    while caller.state != "ended":
        write_line(_prompt(caller))
        try:
            typed = read_line().strip().lower()
        except (EOFError, KeyboardInterrupt):
            typed = "h"
        _apply_input(caller, transcript, typed, write_line)


def _prompt(caller: Caller) -> str:
    if caller.state == "dialling":
        return f"{caller.dialled[-1]} rings. How does it end? {', '.join(OUTCOMES)}; enter = no answer, h = hang up:"
    return "key (0-9 * #), enter = stay silent, h = hang up:"


def _apply_input(caller: Caller, transcript: Transcript, typed: str, write_line: Callable[[str], None]) -> None:
    if typed in ("h", HANG_UP):
        transcript.act(HANG_UP)
    elif caller.state == "dialling" and (typed or "no-answer") in OUTCOMES:
        transcript.dial_ends(typed or "no-answer")
    elif caller.state == "listening" and typed in ("", SILENCE, *KEYS):
        transcript.act(typed or SILENCE)
    else:
        write_line(f"«{typed}» is not possible here.")


def call_with_keys(caller: Caller, presses: Sequence[str], outcomes: Sequence[str] = ("completed",)) -> list[str]:
    """A call with given keys: the lines of its transcript, to the last key or the end of the call.

    `presses` are keys, `-` (silence until the line acts) and `hangup`, such as `["8", "-", "0"]`. The dialled calls end
    in `outcomes`, one after the other, and all later ones in the last of them; if one is `hangup`, the caller hangs up
    while the number rings. Raises ImpossibleAct, before the call begins, for an unknown token or outcome.
    """
    _validate(presses, outcomes)
    lines: list[str] = []
    transcript, ends = Transcript(caller, lines.append), chain(outcomes, repeat(outcomes[-1]))
    transcript.rings()
    _end_dials(caller, transcript, ends)
    remaining = deque(presses)
    while remaining and caller.state == "listening":
        transcript.act(remaining.popleft())
        _end_dials(caller, transcript, ends)
    if remaining:
        transcript.add(f"not pressed, because the call has ended: {' '.join(remaining)}")
    elif caller.gather:
        transcript.add(f"no more keys; the line listens {caller.position}")
    return lines


def _end_dials(caller: Caller, transcript: Transcript, outcomes: Iterator[str]) -> None:
    while caller.state == "dialling":
        outcome = next(outcomes)
        if outcome == HANG_UP:
            transcript.act(HANG_UP)
        else:
            transcript.dial_ends(outcome)


def _validate(presses: Sequence[str], outcomes: Sequence[str]) -> None:
    for token in presses:
        if token not in (SILENCE, HANG_UP, *KEYS):
            raise ImpossibleAct(f"«{token}» is not a key: expected 0-9 * # - (silence) or hangup, apart by a space")
    for outcome in outcomes or ("",):
        if outcome not in (*OUTCOMES, HANG_UP):
            names = ", ".join((*OUTCOMES, HANG_UP))
            raise ImpossibleAct(f"«{outcome}» is not an outcome of a dialled call: expected one of {names}")
