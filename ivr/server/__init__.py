"""The ASGI application: webhook, HTTP limits, worker processes, and metrics.

`serve` starts gunicorn's master (`master`), which forks the workers (`worker`). A worker reads HTTP (`http_limits`) and
passes each request to the ASGI application, which `app` makes: `webhook` answers calls, the site all other requests.
"""
