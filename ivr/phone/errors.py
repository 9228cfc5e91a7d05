"""The one error of a document: what Twilio, or this telephone, will not play. Nothing else comes in here."""


class Refused(Exception):
    """A sentence that says what was found and what may stand there; `code` is Twilio's error number, if any.

    Each number has a page: https://www.twilio.com/docs/api/errors/12200.
    """

    def __init__(self, sentence: str, code: int | None = None) -> None:
        self.code = code
        super().__init__(f"{sentence} ({code})" if code else sentence)
