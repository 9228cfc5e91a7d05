"""The exception for a document that cannot be played."""


class InvalidTwiml(Exception):
    """Twilio, or this telephone, would not play a document: the message says what was found and what is allowed.

    `code` is Twilio's error number, where it has one, such as 12200: https://www.twilio.com/docs/api/errors/12200.
    """

    def __init__(self, sentence: str, code: int | None = None) -> None:
        self.code = code
        super().__init__(f"{sentence} ({code})" if code else sentence)
