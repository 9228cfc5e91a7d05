"""URL paths of the toy line (tests/tiny)."""

MAIN = "choices-2e23"
"""The fingerprint of the choices of its main menu: `/call/en/main/choices-2e23`."""
