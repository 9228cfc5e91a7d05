"""The `ivr` command, which `python -m ivr` is too: its modules are loaded, then it decides."""

from ivr.server.garbage import nothing_collected


def main() -> None:
    """Run the command that was typed."""
    with nothing_collected():
        from ivr.cli.main import main as command
    command()


if __name__ == "__main__":
    main()
