"""The information line: a telephone line that answers Twilio's requests with documents compiled before the first call.

`ivr.content` reads prompts/ and locales/, `ivr.line` compiles them into one document for each place of a call, and
`ivr.check` proves the result. `ivr.server` verifies a request and looks its document up. CONTRIBUTING.md has a map.
"""

__version__ = "0.2.0"
