"""A virtual telephone: it asks for TwiML as Twilio does, plays it, and keeps what was heard.

It knows only Twilio's manual: a function from a URL and a form to a document connects it to a line. It uses the
standard library only. A document that Twilio would refuse raises InvalidTwiml.
"""
