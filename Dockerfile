# docker build --tag information-line . (podman and buildah need --format docker: their own format has no HEALTHCHECK, without which
# deploy/compose.yaml starts no proxy.)
# Two stages: the first installs the locked packages, the second contains no pip and no compiler.
# The version is a tag, so that a rebuild includes the base image's security fixes; add a digest to the tag to pin it.
ARG BASE=python:3.13-slim

FROM ${BASE} AS builder
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
WORKDIR /app
# With counts in PostgreSQL: --build-arg REQUIREMENTS=requirements-postgres.txt
ARG REQUIREMENTS=requirements.txt
COPY requirements*.txt ./
RUN /venv/bin/python -m pip install --require-hashes --only-binary :all: --requirement "$REQUIREMENTS"
# .dockerignore lists the files that are copied.
COPY . .
# unchecked-hash: Python does not compare the times of compiled files, which a copy changes.
RUN /venv/bin/python -m pip install --no-deps --no-build-isolation --editable . \
 && /venv/bin/python -m pip uninstall --yes setuptools pip \
 && /venv/bin/python -m compileall -q --invalidation-mode unchecked-hash ivr

FROM ${BASE}
# tini is the first process: it forwards SIGTERM from the start, and reaps processes whose parent has ended.
RUN apt-get update && apt-get install --yes --no-install-recommends tini && rm -rf /var/lib/apt/lists/* \
 && python -m pip uninstall --yes --root-user-action=ignore pip \
 && groupadd --system --gid 10001 line \
 && useradd --system --uid 10001 --gid line --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin line
COPY --from=builder /venv /venv
COPY --from=builder /app /app
# All files belong to root, and the root file system may be read-only: only the counts are written, to /app/usage.
RUN mkdir -m 700 /app/usage && chown 10001:10001 /app/usage
VOLUME /app/usage
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /app
USER 10001:10001
EXPOSE 8000
# Without a proxy, also where the environment sets one: the request stays in this container.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-c", "import os; from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open(f'http://127.0.0.1:{os.environ.get(\"PORT\") or 8000}/health/serving', timeout=4)"]
# -s: quiet where the container has an init of its own, as in deploy/compose.yaml.
ENTRYPOINT ["tini", "-s", "--"]
# Two workers: one answers while the other is replaced. After SIGTERM they answer the requests that have arrived.
CMD ["ivr", "serve", "--host", "::", "--workers", "2"]
