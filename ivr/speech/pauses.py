"""The pauses and the two paces of every voice. `ivr.line.twiml` writes them, `ivr.speech.timing` counts them."""

SHORT_PAUSE = 0.4
"""Seconds of silence for an `…` in a text: between a label and its key, between groups of digits."""
PARAGRAPH_PAUSE = 0.6
"""Seconds of silence for a blank line in a text."""
SLOW_RATE = 0.9
"""The rate of a voice at the slow pace; 1.0 is the voice's own. Speech below 0.85 is harder to follow."""
SLOW_PAUSE_FACTOR = 1.75
"""The factor by which every pause is longer at the slow pace."""
