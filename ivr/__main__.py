"""The `ivr` command, which `python -m ivr` is too: its modules are loaded, then it decides."""

from ivr.garbage import nothing_collected


def main() -> None:
    """Run the command that was typed."""
    with nothing_collected():
        from ivr.cli import main as command
    command()


if __name__ == "__main__":
    main()
