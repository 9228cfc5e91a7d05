"""The ASGI application: webhook, HTTP limits, worker processes, and metrics."""
