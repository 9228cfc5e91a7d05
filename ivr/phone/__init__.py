"""A virtual telephone: it asks for TwiML as Twilio does, plays it, and keeps what was heard.

It knows Twilio's manual and nothing of this line: a function from an address and a form to a document connects the two.
It uses the standard library only. A document that Twilio would refuse raises InvalidTwiml.
"""
