# Two stages: the first installs what the lock says, the second holds nothing that could install or build.
# The version is a tag, so that a rebuild brings the base's security fixes; to pin it, put its digest behind the tag.
ARG BASE=python:3.13-slim

FROM ${BASE} AS builder
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
WORKDIR /app
# With counts in PostgreSQL: --build-arg REQUIREMENTS=requirements-postgres.txt
ARG REQUIREMENTS=requirements.txt
COPY requirements*.txt ./
RUN /venv/bin/python -m pip install --require-hashes --only-binary :all: --requirement "$REQUIREMENTS"
# What may come in at all stands in .dockerignore.
COPY . .
# unchecked-hash: the compiled files count as current whatever the times of the files are after a copy.
RUN /venv/bin/python -m pip install --no-deps --no-build-isolation --editable . \
 && /venv/bin/python -m pip uninstall --yes setuptools pip \
 && /venv/bin/python -m compileall -q --invalidation-mode unchecked-hash ivr

FROM ${BASE}
# tini is the first process: it hands SIGTERM on from the start, and buries processes whose parent has ended.
RUN apt-get update && apt-get install --yes --no-install-recommends tini && rm -rf /var/lib/apt/lists/* \
 && python -m pip uninstall --yes --root-user-action=ignore pip \
 && groupadd --system --gid 10001 line \
 && useradd --system --uid 10001 --gid line --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin line
COPY --from=builder /venv /venv
COPY --from=builder /app /app
# Every file belongs to root, and the root file system may be mounted read-only: only the counts are written, in /app/usage.
RUN mkdir -m 700 /app/usage && chown 10001:10001 /app/usage
VOLUME /app/usage
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /app
USER 10001:10001
EXPOSE 8000
# Without a proxy, whatever the environment says: the request stays in this container.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-c", "from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open('http://127.0.0.1:8000/health/serving', timeout=4)"]
# -s: quiet where the container has an init of its own, as in deploy/compose.yaml.
ENTRYPOINT ["tini", "-s", "--"]
# Two workers: one answers while the other is replaced. Told to stop, they finish the requests that have arrived.
CMD ["ivr", "serve", "--host", "0.0.0.0", "--port", "8000", "--workers", "2"]
