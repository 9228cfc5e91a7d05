"""The options with which tests compile a line: those of an operator who has set an address and a number."""

from ivr.line.options import Options

OPTIONS = Options(public_url="https://line.example.org", line_number="+12025550123")
NEW_HOTLINE = Options(hotline="+12025550143")
"""The options of an operator who has set IVR_HOTLINE, because the hotline's number has changed."""
