"""The journeys of journeys.json in Debian's Firefox, which Playwright cannot drive: puppeteer-core does.

`make firefox` runs them. They are skipped where Firefox, Node or puppeteer-core is not installed; in CI they fail.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from support.paths import CHECKOUT
from support.served_site import served

from ivr.line.line import Line

HERE = Path(__file__).parent
MISSING = (
    "Firefox, Node or puppeteer-core is not installed: on Debian, apt-get install firefox-esr nodejs npm; then npm ci."
)


def test_visitor_finds_the_hotline_calls_reads_and_leaves_in_firefox(real: Line, tmp_path: Path) -> None:
    firefox, node = shutil.which("firefox-esr"), shutil.which("node")
    if not (firefox and node and (CHECKOUT / "node_modules" / "puppeteer-core").is_dir()):
        pytest.fail(MISSING) if os.environ.get("CI") == "true" else pytest.skip(MISSING)
    environment = {**os.environ, "HOME": str(tmp_path), "MOZ_HEADLESS": "1"}
    with served(real, mute=True, token="0123456789abcdef" * 2) as address:
        command = [node, HERE / "journeys.mjs", address, firefox]
        result = subprocess.run(command, cwd=CHECKOUT, env=environment, timeout=900, check=False)
    assert result.returncode == 0
