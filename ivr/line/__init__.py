"""The compiler, the compiled line with respond(), and TwiML."""
