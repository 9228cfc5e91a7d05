"""Coverage-guided fuzzing: `make fuzz` (SECONDS=60, TARGET=form or catalogue).

Atheris changes the bytes of a request's body, or of a catalogue, and keeps inputs that reach new lines of the program.
A run without a crash prints the number of inputs. https://github.com/google/atheris
"""

import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl

import atheris

with atheris.instrument_imports(include=["ivr", "babel", "urllib"]):
    from support.asgi_client import PUBLIC, TOKEN, Asked
    from support.fake_twilio import check_document

    from ivr.content.catalogue import load_messages
    from ivr.errors import BadLocale
    from ivr.readiness import readiness_of
    from ivr.server.app import make_app
    from ivr.settings import Settings
    from ivr.signature import sign

TINY = Path(__file__).parent.parent / "tiny"
OWN = b"AccountSid=AC" + b"0" * 32 + b"&CallSid=CA" + b"0" * 32 + b"&"


def client() -> Asked:
    settings = Settings(
        _env_file=None, twilio_auth_token=TOKEN, public_url=PUBLIC, line_number="+12025550123", ivr_content=TINY,
        ivr_usage="off", ivr_web_phone="off", ivr_readable="off",
    )  # fmt: skip
    return Asked(make_app(settings, readiness_of(settings)))


ASKED = client()
CATALOGUE = Path(tempfile.mkdtemp()) / "messages.po"


def form(given: bytes) -> None:
    """A signed body of these bytes gets a document; the same body unsigned gets 403."""
    body = OWN + given
    try:
        fields = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=150)
        made = sign(TOKEN, f"{PUBLIC}/call/en/main", fields).encode()
    except ValueError:
        return
    answer = ASKED.ask("POST", b"/call/en/main", headers=[(b"x-twilio-signature", made)], body=[body])
    assert answer.status == (403 if sum(name in ("AccountSid", "CallSid") for name, _ in fields) > 2 else 200)
    if answer.status == 200:
        check_document(answer.body)
    assert ASKED.ask("POST", b"/call/en/main", headers=[(b"x-twilio-signature", given[:80])], body=[body]).status == 403


def catalogue(given: bytes) -> None:
    """A catalogue of these bytes is read, or raises BadLocale with a fault."""
    CATALOGUE.write_bytes(given)
    try:
        messages, _ = load_messages([CATALOGUE])
    except BadLocale as error:
        if not error.faults:
            raise
    else:
        assert not any("\x00" in text for text in messages.values())


def main() -> None:
    target = {"form": form, "catalogue": catalogue}[os.environ.get("TARGET", "form")]
    seeds = Path(tempfile.mkdtemp())
    for number, path in enumerate(TINY.rglob("*.po")):
        (seeds / f"{number}.po").write_bytes(path.read_bytes()[:4000])
    (seeds / "form").write_bytes(b"Digits=1&From=%2B12025550100&FromZip=&DialCallStatus=busy")
    seconds = os.environ.get("SECONDS", "60")
    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-max_len=4096", "-verbosity=1", str(seeds)], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
