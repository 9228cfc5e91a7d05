"""A telephone: it plays TwiML and keeps what was heard.

It knows Twilio's manual and nothing of our line: it is handed a function that turns an address and a form
into a document. Only the standard library may come in here, and the files of this room. What Twilio would
refuse, it refuses, in a sentence.
"""
