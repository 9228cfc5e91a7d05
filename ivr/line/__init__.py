"""The compiler, the compiled line with `respond`, the TwiML that it consists of."""
