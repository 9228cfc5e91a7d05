"""Usage counts: the counter of a process, its stores, and the reports."""
