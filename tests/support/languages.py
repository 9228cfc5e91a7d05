"""Lines with more than two languages."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from support.third_language import TAG, add_lulu


def add_languages(root: Path, tags: Sequence[str]) -> None:
    """Add lulu, and copies of it under `tags`, to the toy line under `root`."""
    add_lulu(root)
    for tag in tags:
        shutil.copytree(root / "locales" / TAG, root / "locales" / tag)
    flow = root / "prompts" / "flow.toml"
    published = json.dumps(["en", "es", TAG, *tags])
    flow.write_text(flow.read_text("utf-8").replace(f'["en", "es", "{TAG}"]', published), "utf-8")
