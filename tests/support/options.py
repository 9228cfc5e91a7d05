"""The options with which tests compile a line: those of an operator who has set an address and a number."""

from ivr.line.options import Options

OPTIONS = Options(public_url="https://line.example.org", line_number="+12025550123")
