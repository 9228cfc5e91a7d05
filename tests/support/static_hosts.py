"""Hosts of static files on this machine: Python's own, nginx and Caddy with the files of an exported site."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_server

TYPES = "text/html html; text/css css; application/javascript js; application/json json;"
"""The types of the files, as a part of nginx's configuration."""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Write no log."""


@contextmanager
def plain_host(folder: Path) -> Iterator[str]:
    """Serve `folder` as `python3 -m http.server` does; yields the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def nginx(site: Path, port: int, folder: Path) -> list[str]:
    """nginx with the exported nginx.conf, by HTTP at `port`."""
    told = (site / "nginx.conf").read_text("utf-8")
    for old, new in {
        "listen 443 ssl": f"listen 127.0.0.1:{port}",
        "    ssl_certificate ": "    # ",
        "    ssl_certificate_key ": "    # ",
        "/srv/site/public": str(site / "public"),
    }.items():
        assert old in told, old
        told = told.replace(old, new)
    temporary = "".join(
        f"{kind}_temp_path {folder};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "site.conf").write_text(told, "utf-8")
    (folder / "nginx.conf").write_text(
        f"user root;\ndaemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\ntypes {{ {TYPES} }}\n{temporary}include {folder}/site.conf;\n}}\n",
        "utf-8",
    )
    return ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]


def caddy(site: Path, port: int, folder: Path) -> list[str]:
    """Caddy with the exported Caddyfile, by HTTP at `port`."""
    told = (site / "Caddyfile").read_text("utf-8")
    for old, new in {
        "{$SITE_HOST:line.example.org}": f"{{\n\tadmin off\n\tauto_https off\n}}\n\nhttp://127.0.0.1:{port}",
        "{$SITE:/srv/site/public}": str(site / "public"),
    }.items():
        assert old in told, old
        told = told.replace(old, new)
    (folder / "Caddyfile").write_text(told, "utf-8")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


@contextmanager
def running(command: list[str], port: int, folder: Path) -> Iterator[HTTPConnection]:
    """A host that runs in the block; yields a connection to it."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    output = subprocess.DEVNULL
    process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        for _ in range(100):
            try:
                connection.connect()
                break
            except OSError:
                time.sleep(0.1)
        yield connection
    finally:
        connection.close()
        process.terminate()
        process.wait(10)
