"""The translators' room: what a translator does at a keyboard. A new language, its sound, its recordings.

It reads and writes files under locales/, and asks separate programs for sound. Nothing that answers a call needs it.
"""
