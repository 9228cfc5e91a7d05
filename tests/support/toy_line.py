"""URL paths of the toy line (tests/tiny)."""

MAIN = "choices-2e23"
"""The fingerprint of the choices of its main menu: `/call/en/main/choices-2e23`."""
OPENING = "/en/opening/both-languages"
"""The place of a new call, in its addresses."""
