"""Where the tests' files are: the folder of the tests, the checkout, and the toy line."""

from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
CHECKOUT = TESTS.parent
TINY = TESTS / "tiny"
