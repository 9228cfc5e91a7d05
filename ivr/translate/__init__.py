"""The commands of translators: begin a language, update its catalogue, listen to it, record it."""
