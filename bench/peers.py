"""What the line is compared with, each on a port: `python -m bench.peers hello 8001`. It runs in the peers' own venv.

hello    reads the body and answers with as many bytes as the line does: what any ASGI application costs at least
floor    FastAPI, with a look-up in front of it that checks the signature: what an answer of the line costs at least
fastapi  FastAPI, a form, twilio's RequestValidator and a VoiceResponse built for each request, as most people do it
flask    the same in Flask, for gunicorn (`bench.peers:flask_app()`), as Twilio's own samples do it

The first three run on uvicorn as it is installed, with uvloop and httptools, without any limit of the line's.
"""

import hmac
import os
import sys
from binascii import b2a_base64
from collections.abc import Callable
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Gather, VoiceResponse

from bench.request import PATH, PUBLIC_URL, TOKEN
from ivr.server import urlencoded

Receive = Callable[[], Any]
Send = Callable[[Any], Any]

SENTENCES = (
    "To talk with a person now, press zero.",
    "To reach the hotline yourself, press one.",
    "To find a shelter or a lawyer near you, press two.",
    "For a hotline by text or by relay, press three.",
    "In a crisis, press four.",
    "For help with wages and work, press five.",
)


def document() -> str:
    """TwiML, built as for one request: a menu, and the same again where no key is pressed."""
    response = VoiceResponse()
    gather = Gather(input="dtmf", num_digits=1, timeout=10, action=f"{PUBLIC_URL}{PATH}", method="POST")
    for sentence in SENTENCES:
        gather.say(sentence, voice="Polly.Joanna-Neural", language="en-US")
    response.append(gather)
    response.redirect(f"{PUBLIC_URL}{PATH}", method="POST")
    return str(response)


async def hello(_: Any, receive: Receive, send: Send) -> None:
    """A raw ASGI application."""
    await _read(receive)
    await _answer(send, 200, ANSWER)


async def floor(scope: Any, receive: Receive, send: Send) -> None:
    """FastAPI, behind a look-up. It reads the form as the line does, and takes what no request of Twilio's needs."""
    if scope["type"] != "http" or scope["path"] not in DOCUMENTS:
        await PAGES(scope, receive, send)
        return
    form = dict(urlencoded.read_fields((await _read(receive)).decode("latin-1")))
    mac = KEYED.copy()
    mac.update((PUBLIC_URL + scope["path"] + "".join(name + form[name] for name in sorted(form))).encode())
    given = next((value for name, value in scope["headers"] if name == b"x-twilio-signature"), b"")
    valid = hmac.compare_digest(b2a_base64(mac.digest(), newline=False), given)
    await _answer(send, 200 if valid else 403, DOCUMENTS[scope["path"]][form["Digits"]] if valid else b"")


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [
        (b"content-type", b"text/xml; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


ANSWER = b"x" * int(os.environ.get("BENCH_BYTES", "5000"))
DOCUMENTS = {PATH: dict.fromkeys("0123456789*#", ANSWER)}
KEYED = hmac.new(TOKEN.encode(), digestmod="sha1")
PAGES = FastAPI()


def fastapi_app() -> FastAPI:
    """FastAPI as its tutorial and Twilio's documentation, put together, make it."""
    app, validator = FastAPI(), RequestValidator(TOKEN)

    @app.post(PATH)
    async def key(request: Request) -> Response:
        form = await request.form()
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(PUBLIC_URL + request.url.path, dict(form), signature):
            raise HTTPException(403)
        return Response(document(), media_type="text/xml")

    return app


def flask_app() -> Any:
    """https://www.twilio.com/docs/usage/tutorials/how-to-secure-your-flask-app-by-validating-incoming-twilio-requests"""
    from flask import Flask, Response, abort, request

    app, validator = Flask(__name__), RequestValidator(TOKEN)

    @app.post(PATH)
    def key() -> Response:
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(PUBLIC_URL + request.path, request.form, signature):
            abort(403)
        return Response(document(), mimetype="text/xml")

    return app


def main(name: str, port: int) -> None:
    """Serve an ASGI peer."""
    app = {"hello": hello, "floor": floor}.get(name) or fastapi_app()
    uvicorn.run(app, host="127.0.0.1", port=port, ws="none", access_log=False, log_level="warning")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
