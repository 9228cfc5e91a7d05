"""The line on a screen: a telephone on a web page, and the readable text, for people who cannot hear or make a call.

All that is said comes from the compiled line, through `ivr.export` or `ivr.script`. The server keeps no data of a
visitor, and requests no address that a browser sends.
"""
