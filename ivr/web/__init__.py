"""The line on a screen: the telephone on a page and the readable line, for whoever cannot hear or has no phone at hand.

What is said comes from the compiled line (through the virtual caller) and from its book, never from here. Nothing of a
visitor is kept, and no address that a browser sends is ever fetched.
"""
