"""The commands of translators: begin a language, update its catalogue, listen to it, record it.

They write files under locales/ and run espeak-ng and sox. Answering a call does not need this package.
"""
