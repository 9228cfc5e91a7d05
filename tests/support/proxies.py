"""The proxies of deploy/, for real, in front of lines on this machine: their configuration, and a certificate."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ivr.settings import CHECKOUT

DEPLOY = CHECKOUT / "deploy"


@contextmanager
def trusted_certificate(folder: Path) -> Iterator[Path]:
    """Write a key and a certificate for localhost into `folder`: it ends in sixty days, and is trusted in the block."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "60",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", folder / "key.pem", "-out", folder / "chain.pem"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = str(folder / "chain.pem")
    yield folder
    os.environ.pop("SSL_CERT_FILE")
    if before is not None:
        os.environ["SSL_CERT_FILE"] = before


def nginx_command(
    front: int, lines: Sequence[int], certificate: Path, folder: Path, path: str = "", stripped: bool = False,
    wait: str = "10s",
) -> list[str]:  # fmt: skip
    """nginx with deploy/nginx.conf, at port `front`, before the `lines` at these ports. Changed are ports, files,
    the `path` of PUBLIC_URL, whether it is `stripped` off, and how long a request is waited for."""
    told = (DEPLOY / "nginx.conf").read_text("utf-8")
    for old, new in {
        "listen 443 ssl": f"listen 127.0.0.1:{front} ssl",
        "server_name line.example.org": "server_name localhost",
        "/etc/letsencrypt/live/line.example.org/fullchain.pem": f"{certificate}/chain.pem",
        "/etc/letsencrypt/live/line.example.org/privkey.pem": f"{certificate}/key.pem",
        "/var/log/nginx/line.log": f"{folder}/line.log",
        "server 127.0.0.1:8000 max_fails=0;": "".join(f"server 127.0.0.1:{line} max_fails=0; " for line in lines),
        "location / {": f"location {path}/ {{",
        "http://information_line;": f"http://information_line{'/' if stripped else ''};",
        "_timeout 10s": f"_timeout {wait}",
    }.items():
        assert old in told, old
        told = told.replace(old, new)
    (folder / "line.conf").write_text(told, "utf-8")
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"user root;\ndaemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nworker_processes 1;\n"
        f"events {{}}\nhttp {{\n{places}include {folder}/line.conf;\n}}\n",
        "utf-8",
    )
    return ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]


def caddy_command(
    front: int, lines: Sequence[int], certificate: Path, folder: Path, path: str = "", stripped: bool = False,
    wait: str = "10s",
) -> list[str]:  # fmt: skip
    """Caddy with deploy/Caddyfile, changed as in `nginx_command`, before the first of the `lines`."""
    told = (DEPLOY / "Caddyfile").read_text("utf-8")
    upstream = "reverse_proxy {$LINE:127.0.0.1:8000} {"
    pair = f"{certificate}/chain.pem {certificate}/key.pem"
    matched = f"reverse_proxy {path}/* 127.0.0.1:{lines[0]} {{" if path else f"reverse_proxy 127.0.0.1:{lines[0]} {{"
    for old, new in {
        "{$LINE_HOST:line.example.org} {": f"https://localhost:{front} {{\n\ttls {pair}",
        upstream: matched,
        "\tservers {": "\tadmin off\n\tauto_https disable_redirects\n\tservers {",
        " 10s": f" {wait}",
    }.items():
        assert old in told, old
        told = told.replace(old, new)
    if stripped:
        told = re.sub(
            r"(\treverse_proxy) \S+/\* (.*?\n\t\}\n)", rf"\thandle_path {path}/* {{\n\1 \2\t}}\n", told, flags=re.S
        )
        assert "handle_path /help/* {\n\treverse_proxy 127.0.0.1" in told
    (folder / "Caddyfile").write_text(told, "utf-8")
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


COMMANDS: dict[str, Callable[..., list[str]]] = {"nginx": nginx_command, "caddy": caddy_command}
