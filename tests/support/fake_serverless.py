"""Twilio's serverless API on a port of this machine, for the toolkit that deploys an exported line.

It keeps what was uploaded and deployed. https://www.twilio.com/docs/serverless/api
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

NAME, DOMAIN = "information-line", "information-line-1234-dev.twil.io"
SIDS = {"Services": "ZS", "Environments": "ZE", "Functions": "ZH", "Assets": "ZH", "Versions": "ZN", "Builds": "ZB"}
REDIRECT = """
const http = require("node:http");
const https = require("node:https");
https.request = (url, options, done) => {
  const { method, headers } = options;
  return http.request({ host: "127.0.0.1", port: PORT, method, path: url.pathname + url.search, headers }, done);
};
"""
"""Sends every https request of a Node program to this machine."""


class Upload(NamedTuple):
    """A file as it was uploaded: its visibility is "public", "protected" or "private"."""

    visibility: str
    content: bytes


class Serverless:
    """The services of an account. `fails` is a part of a path: a request that contains it gets status 500."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.uploads: dict[str, Upload] = {}
        self.deployments = 0
        self.asked: list[str] = []
        self.bodies: list[bytes] = []
        self.name_is_taken = False
        self.fails = ""

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, dict[str, Any]]:
        path, self.bodies = path.partition("?")[0], [*self.bodies, body]
        kind = path.rpartition("/")[2]
        self.asked.append(f"{method} {kind}")
        if self.fails and self.fails in path:
            return 500, {"code": 20500, "message": "Internal Server Error", "status": 500}
        if method == "GET":
            return 200, self._read(path, kind)
        if kind == "Services" and self.name_is_taken:
            return 409, {"code": 20409, "message": "unique_name already exists", "status": 409}
        if kind == "Versions":
            self._keep(headers, body)
        self.deployments += kind == "Deployments"
        return 201, {
            "sid": SIDS.get(kind, "ZD") + "1" * 32,
            "unique_name": "x",
            "domain_name": DOMAIN,
            "status": "building",
        }

    def _read(self, path: str, kind: str) -> dict[str, Any]:
        if kind == "Status":
            return {"sid": "ZB" + "1" * 32, "status": "completed"}
        key = kind.lower()
        rows = [{"sid": "ZS" + "2" * 32, "unique_name": NAME}] if kind == "Services" else []
        return {key: rows, "sid": "ZS" + "1" * 32, "domain_name": DOMAIN, "meta": {"key": key, "next_page_url": None}}

    def _keep(self, headers: Any, body: bytes) -> None:
        """Keep the file of a multipart form: its fields are Path, Visibility and Content."""
        form = message_from_bytes(f"Content-Type: {headers['content-type']}\r\n\r\n".encode() + body)
        parts = {
            str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
            for part in form.get_payload()
        }
        self.uploads[parts["Path"].decode()] = Upload(parts["Visibility"].decode(), parts["Content"])


@contextmanager
def fake_serverless() -> Iterator[Serverless]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            status, told = state.answer(self.command, self.path, self.headers, self._body())
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            self.do_GET()

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state = Serverless(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
