"""Write docs/export.schema.json, the JSON Schema of `ivr export`, after a change of its format.

.venv/bin/python tools/export_schema.py
"""

import json
from pathlib import Path

from ivr.export.format import ExportedLine

SCHEMA = Path(__file__).resolve().parent.parent / "docs" / "export.schema.json"


def json_schema() -> dict[str, object]:
    """The JSON Schema of a file (draft 2020-12)."""
    schema = ExportedLine.model_json_schema()
    digest = {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "description": "SHA-256 of the bytes after the first comma",
    }
    properties = {"digest": digest, **schema["properties"]}
    required = ["digest", "format", *schema["required"]]
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": draft, **schema, "properties": properties, "required": required}


def main() -> None:
    SCHEMA.write_text(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(f"wrote {SCHEMA}")


if __name__ == "__main__":
    main()
