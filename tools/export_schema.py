"""Write docs/export.schema.json, the JSON Schema of `ivr export`, after a change of its format.

.venv/bin/python tools/export_schema.py
"""

import json
from pathlib import Path

from ivr.export.files import json_schema

SCHEMA = Path(__file__).resolve().parent.parent / "docs" / "export.schema.json"


def main() -> None:
    SCHEMA.write_text(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(f"wrote {SCHEMA}")


if __name__ == "__main__":
    main()
