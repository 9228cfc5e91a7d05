"""The line on a screen: a telephone on a web page, and the readable text, for people who cannot hear or make a call.

All that is said comes from the compiled line, through the virtual caller or `ivr.script`. The pages keep no data of a
visitor and fetch no address that a browser sends.
"""
