"""Builds the files of a release into build/release/ from the tagged commit (`make release`): see docs/release.md.

    .venv/bin/python tools/release.py [--draft]

It prints which step of a release is missing, and then builds nothing. `--draft` builds all the same, from the last
commit. The same commit gives the same bytes: archives take their times from the commit.
"""

import gzip
import hashlib
import io
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import addresses
import sbom

from ivr import __version__

CHECKOUT = Path(__file__).resolve().parent.parent
OUT = CHECKOUT / "build" / "release"
NAME = f"information-line-{__version__}"
TAG = f"v{__version__}"
EXPORTS = {"export": ()}
"""What `ivr export` writes for a release: the end of the archive's name, and the options before the folder."""


def git(*words: str) -> str:
    """What git prints."""
    return subprocess.run(["git", *words], cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout.strip()


def missing_steps(checkout: Path = CHECKOUT) -> Iterator[str]:
    """A sentence for each step of docs/release.md that was left out."""
    if git("status", "--porcelain"):
        yield "There are changes that are not committed."
    if TAG not in git("tag", "--points-at", "HEAD").split():
        yield f"The last commit has no tag {TAG}: `git tag --annotate {TAG} --message 'Release {__version__}'`."
    if not notes((checkout / "CHANGELOG.md").read_text("utf-8")):
        yield f"CHANGELOG.md has no part `## [{__version__}] - YEAR-MONTH-DAY`."
    recorded = addresses.KEPT / f"{__version__}.txt"
    if not recorded.exists() or recorded.read_text("utf-8").split() != addresses.addresses(checkout):
        yield f"{recorded.relative_to(CHECKOUT)} does not hold the addresses of these texts: `make addresses`."
    overlay = (checkout / "deploy" / "kubernetes" / "overlays" / "example" / "kustomization.yaml").read_text("utf-8")
    if not re.search(rf"newTag: {re.escape(__version__)}\s", overlay):
        yield "The example overlay of Kubernetes names another release."


def notes(changelog: str, release: str = __version__) -> str:
    """The part of the changelog about `release`, without its heading; "" if it has no dated heading."""
    part = re.search(
        rf"^## \[{re.escape(release)}\] - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## \[|\Z)", changelog, re.DOTALL | re.MULTILINE
    )
    return part[1].strip() + "\n" if part else ""


def pack(folder: Path, to: Path, moment: int) -> None:
    """Pack the files of `folder` into `to`, a .tar.gz whose bytes depend on their names and contents alone."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            member = tarfile.TarInfo(f"{folder.name}/{path.relative_to(folder)}")
            member.size, member.mtime, member.mode = path.stat().st_size, moment, 0o644
            with path.open("rb") as file:
                archive.addfile(member, file)
    to.write_bytes(gzip.compress(packed.getvalue(), mtime=0))


def build() -> None:
    """Write the files of the release into OUT."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    moment = int(git("log", "-1", "--format=%ct"))
    source = subprocess.run(
        ["git", "archive", "--format=tar", f"--prefix={NAME}/", "HEAD"], cwd=CHECKOUT, check=True, capture_output=True
    )
    (OUT / f"{NAME}.tar.gz").write_bytes(gzip.compress(source.stdout, mtime=0))
    shutil.copy(CHECKOUT / "Dockerfile", OUT / f"{NAME}.Dockerfile")
    for what, options in EXPORTS.items():
        export(what, options, moment)
    sbom.main(OUT / "sbom.cdx.json")
    (OUT / "NOTES.md").write_text(notes((CHECKOUT / "CHANGELOG.md").read_text("utf-8")), "utf-8")
    files = sorted(OUT.iterdir())
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (OUT / "SHA256SUMS").write_text("".join(sums), "utf-8")


def export(what: str, options: Sequence[str], moment: int) -> None:
    """Pack what `ivr export` writes, with no settings but the texts of this checkout."""
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / f"{NAME}-{what}"
        ivr = [sys.executable, "-m", "ivr", "export", *options, str(folder)]
        names = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(CHECKOUT), "IVR_CONTENT": str(CHECKOUT)}
        subprocess.run(ivr, cwd=work, env=names, check=True, stdout=subprocess.DEVNULL)
        pack(folder, OUT / f"{folder.name}.tar.gz", moment)


def main(words: list[str]) -> None:
    missing = list(missing_steps())
    for sentence in missing:
        print(sentence, file=sys.stderr)
    if missing and words != ["--draft"]:
        sys.exit("Nothing was built. docs/release.md has the steps.")
    build()
    print((OUT / "SHA256SUMS").read_text("utf-8"), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
