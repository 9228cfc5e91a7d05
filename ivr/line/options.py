"""Options: the settings that change what the compiled line says or dials."""

from dataclasses import dataclass

from ivr.call.transitions import Policy


@dataclass(frozen=True)
class Options:
    """The choices of an operator that are compiled into the documents.

    `public_url` is the address at which Twilio reaches the line, without a slash at its end. `line_number` is the
    line's own number in E.164 ("+12025550123"). `silence` says where a silent call leads: "connect" to the hotline,
    "goodbye" to the hotline's number, spoken, and the end. `pass_caller_on` shows the caller's number to the hotline.
    """

    public_url: str = "http://127.0.0.1:8000"
    line_number: str | None = None
    pass_caller_on: bool = False
    silence: Policy = "connect"

    @property
    def caller_id(self) -> str | None:
        """The number that the hotline sees: the line's own; with None Twilio shows the caller's."""
        return None if self.pass_caller_on else self.line_number


DEFAULT_OPTIONS = Options()
