"""What the line is compared with, each on a port: `python -m bench.peers hello 8001`. It runs in the peers' own venv.

hello    reads the body and answers with as many bytes as the line does: what any ASGI application costs at least
floor    the same, with one signature made over the form: the least that this work costs in Python
fastapi  FastAPI, a form, twilio's RequestValidator and a VoiceResponse built for each request, as most people do it
flask    the same in Flask, for gunicorn (`bench.peers:flask_app()`), as Twilio's own samples do it
"""

import hmac
import os
import sys
from binascii import b2a_base64
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus

import uvicorn
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Gather, VoiceResponse

from bench.request import PATH, PUBLIC_URL, TOKEN
from ivr.server.http_limits import BoundedProtocol

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
    await _answer(send, 200)


async def floor(scope: Any, receive: Receive, send: Send) -> None:
    """A raw ASGI application that checks a signature as fast as Python can. It takes what no Twilio request needs."""
    pairs = [pair.partition("=") for pair in (await _read(receive)).decode().split("&")]
    form = {name: unquote_plus(value) if "%" in value or "+" in value else value for name, _, value in pairs}
    signed = PUBLIC_URL + scope["path"] + "".join([name + form[name] for name in sorted(form)])
    made = b2a_base64(hmac.digest(TOKEN.encode(), signed.encode(), "sha1"), newline=False)
    given = next(value for name, value in scope["headers"] if name == b"x-twilio-signature")
    await _answer(send, 200 if hmac.compare_digest(made, given) else 403)


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _answer(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ANSWER})


ANSWER = b"x" * int(os.environ.get("BENCH_BYTES", "5000"))
HEADERS = [
    (b"content-type", b"text/xml; charset=utf-8"),
    (b"content-length", b"%d" % len(ANSWER)),
    (b"cache-control", b"no-store"),
]


def fastapi_app() -> Any:
    """FastAPI as its tutorial and Twilio's documentation, put together, make it."""
    from fastapi import FastAPI, HTTPException, Request, Response

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
    """Serve an ASGI peer by the server, the loop and the parser that the line uses."""
    app = {"hello": hello, "floor": floor}.get(name) or fastapi_app()
    uvicorn.run(
        app, host="127.0.0.1", port=port, http=BoundedProtocol, loop="uvloop", ws="none", access_log=False,
        server_header=False, log_level="warning",
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
