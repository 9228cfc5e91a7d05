"""ivr doctor: checks of this machine, of the public address, and of the Twilio account."""
