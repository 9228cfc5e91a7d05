"""The ivr command. No other package imports it."""
