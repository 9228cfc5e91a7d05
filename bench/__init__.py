"""The benchmark: how much a webhook costs, beside what others would build. `make bench`; docs/speed.md keeps a table.

It starts servers on the loopback interface only, for seconds, and ends each by its own process.
"""
