"""The information line, from a signed request to a document.

prompts/ and locales/ are loaded (flow, facts, locales, prompts), compiled into a Line: every Place a caller can stand
in has its document ready as bytes (walk, twiml, line), proved before the first call (check).
A request passes the door (app), its signature is verified (signature), its address names a Place (addresses), the
walk decides the next Place, and the answer is looked up. Nothing in this package is ever spoken.
"""

__version__ = "0.1.0"
