"""The `ivr` command, which `python -m ivr` is too."""

import sys

from ivr.server.process import ignore_signals


def main() -> None:
    """Run the command that was typed. `ivr serve` ignores some signals before it loads anything."""
    if sys.argv[1:2] == ["serve"]:
        ignore_signals()
    from ivr.cli.main import main as command

    command()


if __name__ == "__main__":
    main()
