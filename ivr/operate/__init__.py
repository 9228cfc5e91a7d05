"""Commands of an operator: set up the telephone number at Twilio, check that the line works, estimate its cost."""
