"""Usage: the counter of a process, the stores that keep its counts, and the reports of months or quarters."""
