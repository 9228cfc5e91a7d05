"""Each rule of Twilio's manual for a document, and the message for a document that breaks it."""

import pytest

from ivr.phone.parser import check_reachable, read_document
from ivr.phone.verbs import Dial, Gather, Hangup, Play, Say
from ivr.phone.xml import InvalidTwiml

ONE_KEY = 'numDigits="1" finishOnKey=""'
GATHER = f'<Gather action="/call/en/main" {ONE_KEY} {{}}>{{}}</Gather>'
DIAL = "<Dial {}><Number>+12025550123</Number></Dial>"


def document(inside: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'.encode()


ACCEPTED = [
    # https://www.twilio.com/docs/voice/twiml: comments are ignored, white space between verbs is ignored
    ("", ()),
    ("\n  <!-- a note -->\n  <Hangup/>\n", (Hangup(),)),
    # /say: voice and language; text is trimmed and spaced as it is heard
    ("<Say>Good <!-- very -->\n morning.</Say>", (Say("Good morning.", "", "", ("Good morning.",)),)),
    (
        '<Say voice="Polly.Mía-Generative" language="es-MX">Sí &amp; no.</Say>',
        (Say("Sí & no.", "es-MX", "Polly.Mía-Generative", ("Sí & no.",)),),
    ),
    # /say/text-speech#ssml, https://docs.aws.amazon.com/polly/latest/dg/break-tag.html and prosody-tag.html
    (
        '<Say>Press<break time="400ms"/>two<break time="1.2s"/>.</Say>',
        (Say("Press two.", "", "", ("Press", 0.4, "two", 1.2, ".")),),
    ),
    (
        '<Say><prosody rate="90%">Slowly <break time="10s"/> now.</prosody><break time="1s"/></Say>',
        (Say("Slowly now.", "", "", ("Slowly", 10.0, "now.", 1.0), rate=0.9),),
    ),
    # /play: the text is a URL
    ("<Play>https://line.example/a.wav</Play>", (Play("https://line.example/a.wav"),)),
    # /gather: "timeout: 5" by default
    (f'<Gather action="/a" {ONE_KEY}/>', (Gather("/a", 5, ()),)),
    (
        '<Gather action="https://line.example/a" input="dtmf" numDigits="1" finishOnKey="" timeout="10"'
        ' method="POST"> <Say>Hello.</Say> <Play>a.wav</Play></Gather>',
        (Gather("https://line.example/a", 10, (Say("Hello.", "", "", ("Hello.",)), Play("a.wav"))),),
    ),
    # /dial: "timeout: 30, callerId: the caller's", and without an action the next verb is executed
    (f"{DIAL.format('')}<Hangup/>", (Dial("+12025550123", None, 30, None), Hangup())),
    (
        DIAL.format(
            'action="/b" method="POST" timeout="45" callerId="+12025550199" record="do-not-record" hangupOnStar="false"'
        ),
        (Dial("+12025550123", "/b", 45, "+12025550199"),),
    ),
]

REFUSED = [
    # https://www.twilio.com/docs/voice/twiml: verbs are case-sensitive, and only known ones are executed
    ("<Record/>", "<Record> is not a verb that is supported (12200)"),
    ("<Pause/>", "<Pause> is not a verb that is supported (12200)"),
    ("<Redirect>/a</Redirect>", "<Redirect> is not a verb that is supported (12200)"),
    ("<hangup/>", "<hangup> is not a verb that is supported (12200)"),
    ('<Hangup xmlns="urn:x"/>', "<Hangup> has no attribute xmlns that is supported (12200)"),
    ("Hello", '"Hello" is text in <Response>: words belong in a <Say> (12200)'),
    ("<Hangup/>Hello", '"Hello" is text in <Response>: words belong in a <Say> (12200)'),
    # /gather
    ("<Gather/>", "<Gather> must have the attribute action (12200)"),
    ('<Gather action=""/>', 'action="" on <Gather>: expected an absolute http(s) or relative URL (11100)'),
    ('<Gather action="ftp://a/b"/>', 'action="ftp://a/b" on <Gather>'),
    ('<Gather action="http://[a/b"/>', 'action="http://[a/b" on <Gather>'),
    ('<Gather action="//a/b"/>', 'action="//a/b" on <Gather>'),
    ('<Gather action="/a b"/>', 'action="/a b" on <Gather>'),
    ('<Gather action="/é"/>', 'action="/é" on <Gather>'),
    ('<Gather action="/{a}"/>', 'action="/{a}" on <Gather>'),
    (
        '<Gather action="/a" actoin="/b"/>',
        "<Gather> has no attribute actoin that is supported (12200)",
    ),
    (GATHER.format('input="speech"', ""), 'input="speech" on <Gather>: expected only "dtmf"'),
    (GATHER.format('method="GET"', ""), 'method="GET" on <Gather>: expected POST, so that no key is written'),
    (GATHER.format('timeout="0"', ""), 'timeout="0" on <Gather>: expected whole seconds, at least 1 (13313)'),
    (GATHER.format('timeout="1.5"', ""), 'timeout="1.5" on <Gather>'),
    (GATHER.format('timeout="٣"', ""), 'timeout="٣" on <Gather>'),
    ('<Gather action="/a"/>', "<Gather> must have the attribute numDigits"),
    ('<Gather action="/a" numDigits="1"/>', "<Gather> must have the attribute finishOnKey"),
    ('<Gather action="/a" numDigits="2"/>', 'numDigits="2" on <Gather>: expected 1: every key acts at once (13314)'),
    ('<Gather action="/a" finishOnKey="#"/>', 'finishOnKey="#" on <Gather>: expected nothing: # is an ordinary key'),
    (GATHER.format('actionOnEmptyResult="true"', ""), "<Gather> has no attribute actionOnEmptyResult"),
    (GATHER.format("", "Press one."), '"Press one." is text in <Gather>: words belong in a <Say> (12200)'),
    (
        GATHER.format("", DIAL.format("")),
        "<Dial> is not allowed in <Gather>: only <Say> and <Play> are (13320)",
    ),
    (GATHER.format("", "<Pause/>"), "<Pause> is not allowed in <Gather>"),
    # /say
    ("<Say/>", "a <Say> without words (13520)"),
    ('<Say> <break time="1s"/> </Say>', "a <Say> without words (13520)"),
    (f"<Say>{'á' * 3001}</Say>", "a <Say> of 3001 characters: at most 3000 are allowed (13521)"),
    ("<Say>a\x85b</Say>", "the control character U+0085 in a <Say> (13520)"),
    ('<Say loop="0">a</Say>', "<Say> has no attribute loop that is supported (12200)"),
    ('<Say voice="Joanna!">a</Say>', "expected a voice like Polly.Joanna-Neural (13511)"),
    ('<Say language="Spanish">a</Say>', "expected a language tag like es-US (13512)"),
    ("<Say><lang>a</lang></Say>", "<lang> is not allowed in <Say>: only text, <break> and one <prosody> are"),
    ("<Say>a<break/></Say>", "<break> must have the attribute time (12200)"),
    ('<Say>a<break time="11s"/></Say>', 'time="11s" on <break>: expected 400ms or 1.2s, at most 10s (13520)'),
    ('<Say>a<break time="1"/></Say>', 'time="1" on <break>'),
    ('<Say>a<break time="1s">b</break></Say>', "<break> must be empty (13520)"),
    ('<Say><prosody rate="slow">a</prosody></Say>', 'rate="slow" on <prosody>: expected 20% to 200% (13520)'),
    ('<Say><prosody rate="19%">a</prosody></Say>', 'rate="19%" on <prosody>'),
    ('<Say>a <prosody rate="90%">b</prosody></Say>', "two rates in one <Say>"),
    (
        '<Say><prosody rate="90%"><prosody rate="90%">a</prosody></prosody></Say>',
        "<prosody> is not allowed in <prosody>",
    ),
    # /play
    ("<Play/>", '<Play> holds "": it must hold a URL (11100)'),
    ("<Play><Say>a</Say></Play>", "<Say> is not allowed in <Play> (12200)"),
    ('<Play digits="1">a.wav</Play>', "<Play> has no attribute digits that is supported"),
    # /dial
    ("<Dial>+12025550123</Dial>", '"+12025550123" is text in <Dial>'),
    ("<Dial/>", "<Dial> holds nothing: it must hold one <Number> (13215)"),
    ("<Dial><Sip>a</Sip></Dial>", "<Dial> holds <Sip>: it must hold one <Number> (13215)"),
    ("<Dial><Number>+12025550123</Number><Number/></Dial>", "<Dial> holds <Number>, <Number>"),
    (DIAL.format('timeout="4"'), 'timeout="4" on <Dial>: expected whole seconds from 5 to 600 (13212)'),
    (DIAL.format('timeout="601"'), 'timeout="601" on <Dial>'),
    (DIAL.format('timeLimit="60"'), "<Dial> has no attribute timeLimit that is supported (12200)"),
    (DIAL.format('method="get"'), 'method="get" on <Dial>: expected POST, so that no key is written'),
    (DIAL.format('hangupOnStar="true"'), 'hangupOnStar="true" on <Dial>: expected only "false"'),
    (DIAL.format('record="record-from-answer"'), "no call is recorded (13217)"),
    (DIAL.format('callerId="anonymous"'), "expected a number like +12025550100 (13214)"),
    # /number: "phone numbers should be formatted in E.164"
    (
        "<Dial><Number>911</Number></Dial>",
        '<Number> holds "911": expected a number like +12025550100 (13223)',
    ),
    ("<Dial><Number>(202) 555-0123</Number></Dial>", '<Number> holds "(202) 555-0123"'),
    ('<Dial><Number url="/w">+12025550123</Number></Dial>', "<Number> has no attribute url"),
    # /dial#action, /hangup: Twilio does not execute the verbs after them
    (
        DIAL.format('action="/b"') + "<Say>a</Say>",
        "<Say> follows <Dial>, which never goes on to it: it cannot be reached",
    ),
    ("<Hangup/><Say>a</Say>", "<Say> follows <Hangup>"),
    ("<Hangup>now</Hangup>", "<Hangup> holds text: it must be empty (12200)"),
]

MALFORMED = [
    # https://www.twilio.com/docs/api/errors/12100, 12102 and 11750
    (b"", "the document begins with b'': its first byte must be '<' (12100)"),
    (b" <Response/>", "the document begins with b' ': its first byte must be '<' (12100)"),
    (b"\xef\xbb\xbf<Response/>", "its first byte must be '<' (12100)"),
    (b"<Response>", "the document is not well-formed XML: no element found"),
    (b"<Response/><Response/>", "not well-formed XML: junk after document element"),
    (b"<Response>\xe9</Response>", "byte 10 of the document is not UTF-8 (12100)"),
    (b'<?xml version="1.0" encoding="latin-1"?><Response/>', "declares the encoding latin-1"),
    (b"<Response>&eacute;</Response>", "not well-formed XML: undefined entity"),
    (b"<!DOCTYPE Response><Response/>", "<!DOCTYPE Response> is not allowed"),
    (b'<!DOCTYPE r [<!ENTITY a "b">]><Response>&a;</Response>', "<!DOCTYPE r> is not allowed"),
    (b"<?php echo 1 ?><Response/>", "the processing instruction <?php?> is not allowed (12100)"),
    (b'<Response a="1" a="2"/>', "not well-formed XML: duplicate attribute"),
    (b"<response/>", "the root is <response>: it must be <Response> (12102)"),
    (b'<Response version="1"/>', "<Response> has no attribute version that is supported (12200)"),
    (
        b"<Response>%s</Response>" % (b" " * 64_000),
        "a document of 64021 bytes: at most 64000 are allowed (11750)",
    ),
]


@pytest.mark.parametrize(("inside", "verbs"), ACCEPTED)
def test_twiml_that_twilio_allows_is_read(inside: str, verbs: tuple[object, ...]) -> None:
    assert read_document(document(inside)) == verbs


@pytest.mark.parametrize(("inside", "sentence"), REFUSED)
def test_twiml_that_twilio_forbids_raises_a_sentence(inside: str, sentence: str) -> None:
    with pytest.raises(InvalidTwiml) as refused:
        read_document(document(inside))
    assert sentence in str(refused.value)


@pytest.mark.parametrize(("document", "sentence"), MALFORMED)
def test_document_that_is_not_xml_raises_a_sentence(document: bytes, sentence: str) -> None:
    with pytest.raises(InvalidTwiml) as refused:
        read_document(document)
    assert sentence in str(refused.value)


def test_error_has_the_number_of_twilio() -> None:
    with pytest.raises(InvalidTwiml) as refused:
        read_document(document("<Record/>"))
    assert refused.value.code == 12200


def test_verb_that_cannot_be_reached_raises() -> None:
    with pytest.raises(InvalidTwiml, match="<Say> follows <Hangup>"):
        check_reachable([Hangup(), Say("Hello.", "", "", ("Hello.",))])
