"""Writes the output of `ivr doctor` for each state of tests/support/doctor_states.py, on the texts of this checkout.

    PYTHONPATH=tests .venv/bin/python tests/operate/write_doctor_output.py FOLDER

writes FOLDER/01.txt, FOLDER/02.txt …, and the answers into FOLDER/answers.txt: keep that file from the reader.
"""

import shutil
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

from support.doctor_states import STATES
from support.external import World

from ivr.operate.doctor import local
from ivr.operate.doctor.check import Target
from ivr.operate.doctor.run import ALL_CHECKS, heading, instructions, run_checks, summary
from ivr.settings import CHECKOUT


def output(world: World) -> str:
    """The lines that `ivr doctor` prints."""
    world.settings._source = "the file /opt/line/.env; a variable of the environment overrides it"
    target = Target(world.settings, world.outside(), world.ready)
    results = list(run_checks(target, ALL_CHECKS))
    lines = [heading(world.settings), *map(str, results), *instructions(results), summary(results, False)]
    return "\n".join(lines) + "\n"


def main(folder: Path) -> None:
    """Write all files. `folder` must not exist yet."""
    folder.mkdir(parents=True)
    answers = []
    local.check_all = lru_cache(local.check_all)  # the texts are the same in every state
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary) / "here"
        for name in ("prompts", "locales"):
            shutil.copytree(CHECKOUT / name, root / name)
        for number, state in enumerate(STATES, start=1):
            (folder / f"{number:02}.txt").write_text(output(state.world(root)), "utf-8")
            answers.append(f"{number:02} {state.name}: {state.mended_by}\n")
    (folder / "answers.txt").write_text("".join(answers), "utf-8")
    print(f"wrote {len(answers)} files into {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
