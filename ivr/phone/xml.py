"""XML from bytes to elements, as strict as Twilio's parser. https://www.twilio.com/docs/api/errors/12100"""

from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat


class InvalidTwiml(Exception):
    """Twilio, or this telephone, would not play a document: the message says what was found and what is allowed.

    `code` is Twilio's error number, where it has one, such as 12200: https://www.twilio.com/docs/api/errors/12200.
    """

    def __init__(self, sentence: str, code: int | None = None) -> None:
        self.code = code
        super().__init__(f"{sentence} ({code})" if code else sentence)


def parse_xml(document: bytes) -> Element:
    """The root element of `document`, which must be UTF-8 without DTD, processing instruction or entity of its own.

    Comments are skipped, as Twilio does: https://www.twilio.com/docs/voice/twiml. Raises InvalidTwiml.
    """
    if not document.startswith(b"<"):
        raise InvalidTwiml(f"the document begins with {document[:1]!r}: its first byte must be '<'", 12100)
    try:
        document.decode("utf-8")
        return _parse(document)
    except UnicodeDecodeError as error:
        raise InvalidTwiml(f"byte {error.start} of the document is not UTF-8", 12100) from error
    except expat.ExpatError as error:
        raise InvalidTwiml(f"the document is not well-formed XML: {error}", 12100) from error


def _parse(document: bytes) -> Element:
    tree = TreeBuilder()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.XmlDeclHandler = _declaration
    parser.StartDoctypeDeclHandler = _doctype
    parser.ProcessingInstructionHandler = _instruction
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.data
    parser.Parse(document, True)
    return tree.close()


def _declaration(version: str, encoding: str | None, standalone: int) -> None:
    if encoding and encoding.upper() != "UTF-8":
        raise InvalidTwiml(f"the document declares the encoding {encoding}: it must be UTF-8", 12100)


def _doctype(name: str, *rest: object) -> NoReturn:
    raise InvalidTwiml(f"<!DOCTYPE {name}> is not allowed: TwiML has no DTD and no entities of its own", 12100)


def _instruction(target: str, data: str) -> NoReturn:
    raise InvalidTwiml(f"the processing instruction <?{target}?> is not allowed", 12100)
