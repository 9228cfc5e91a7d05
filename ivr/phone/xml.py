"""From bytes to elements, strictly: what Twilio's parser must be able to read before any verb is looked at.

No verb, no attribute and no word may be judged here. https://www.twilio.com/docs/api/errors/12100
"""

from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from ivr.phone.errors import Refused


def element(document: bytes) -> Element:
    """The element that `document` is: UTF-8 from first byte to last, without DTD, instruction or own entity.

    Comments are passed over, as Twilio does (https://www.twilio.com/docs/voice/twiml).
    """
    if not document.startswith(b"<"):
        raise Refused(f"the document begins with {document[:1]!r}: its first byte must be '<'", 12100)
    try:
        document.decode("utf-8")
        return _parsed(document)
    except UnicodeDecodeError as fault:
        raise Refused(f"byte {fault.start} of the document is not UTF-8", 12100) from fault
    except expat.ExpatError as fault:
        raise Refused(f"the document is not well-formed XML: {fault}", 12100) from fault


def _parsed(document: bytes) -> Element:
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
        raise Refused(f"the document says that it is {encoding}: only UTF-8 is safe for every language", 12100)


def _doctype(name: str, *rest: object) -> NoReturn:
    raise Refused(f"<!DOCTYPE {name}> may not stand in a document: TwiML has no DTD and no entities of its own", 12100)


def _instruction(target: str, data: str) -> NoReturn:
    raise Refused(f"the instruction <?{target}?> may not stand in a document", 12100)
