#!/usr/bin/env bash
# Builds the image of the Dockerfile and tries it: read-only, without rights, called, stopped under load. Needs root on Debian with
# the packages debootstrap, buildah, podman and runc, and `make setup`. It is not part of .ci/run.
#
#   tools/try_image.sh [FOLDER]      the folder for the base system and the images; default: a temporary one, which is removed
#
# No registry of images is asked: the base is Debian 13 made by debootstrap, with Python 3.13 and its pip, instead of
# python:3.13-slim. Where PIP_CERT is set, its certificates are in the base too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=${1:-$(mktemp -d /tmp/line-image.XXXXXX)}
mkdir -p "$work"
store=(--root "$work/storage" --runroot "$work/run" --storage-driver vfs)
port=8765 name=line-try-$$ token=0123456789abcdef0123456789abcdef public=https://line.example.org

cleanup() {
    podman "${store[@]}" rm --force --ignore "$name" >/dev/null 2>&1 || true
    [ $# -gt 0 ] || return 0
    rm -rf --one-file-system "$work"
}
if [ $# -eq 0 ]; then trap 'cleanup all' EXIT; else trap cleanup EXIT; fi

base() {
    [ -d "$work/base" ] && return
    debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv,python3-pip,python-is-python3 \
        trixie "$work/base" >"$work/debootstrap.log"
    [ -z "${PIP_CERT:-}" ] || cp "$PIP_CERT" "$work/base/etc/ssl/certs/ca-certificates.crt"
    cp /etc/resolv.conf "$work/base/etc/"
    # Like python:3.13-slim: a pip of its own, which the Dockerfile removes.
    rm "$work"/base/usr/lib/python3*/EXTERNALLY-MANAGED
    PIP_CERT=/etc/ssl/certs/ca-certificates.crt chroot "$work/base" python -m pip install --quiet --ignore-installed --root-user-action=ignore pip
    chroot "$work/base" apt-get purge --yes python3-pip >/dev/null
}

build() {
    if ! buildah "${store[@]}" images line-base >/dev/null 2>&1; then
        local container
        container=$(buildah "${store[@]}" from scratch)
        buildah "${store[@]}" copy --quiet "$container" "$work/base" / >/dev/null
        buildah "${store[@]}" config --env PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin "$container"
        buildah "${store[@]}" config --env PIP_CERT=/etc/ssl/certs/ca-certificates.crt "$container"
        buildah "${store[@]}" commit --quiet --format docker "$container" line-base >/dev/null
        buildah "${store[@]}" rm "$container" >/dev/null
    fi
    buildah "${store[@]}" build --isolation chroot --format docker --pull-never --build-arg BASE=line-base \
        --tag line . >"$work/build.log" 2>&1 || { tail -40 "$work/build.log" >&2; exit 1; }
}

run() {
    podman "${store[@]}" --runtime runc --cgroup-manager cgroupfs run --detach --name "$name" --network host --no-healthcheck --memory 512m --pids-limit 64 --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
        --read-only --read-only-tmpfs=false --cap-drop all --security-opt no-new-privileges --tmpfs /tmp:size=16m,mode=1777 \
        --env TWILIO_AUTH_TOKEN=$token --env PUBLIC_URL=$public --env LINE_NUMBER=+12025550123 --env IVR_CONTENT=/app \
        line ivr serve --host 127.0.0.1 --port $port --workers 2 >/dev/null
    for _ in $(seq 100); do
        curl --silent --fail "http://127.0.0.1:$port/health/ready" >/dev/null && return
        sleep 0.1
    done
    podman "${store[@]}" logs "$name" >&2
    exit 1
}

inside() { podman "${store[@]}" --runtime runc --cgroup-manager cgroupfs exec "$name" "$@"; }

look() {
    echo "image: $(podman "${store[@]}" image inspect line --format '{{.Size}} bytes, user {{.User}}, health check {{.HealthCheck.Test}}')"
    echo "files of /app: $(inside ls -A /app | tr '\n' ' '); deploy: $(inside ls /app/deploy)"
    echo "user $(inside id -u), capabilities $(inside grep CapEff /proc/1/status | cut -f2), no new privileges $(inside grep NoNewPrivs /proc/1/status | cut -f2)"
    inside touch /app/x 2>/dev/null && { echo "/app can be written" >&2; exit 1; }
    inside touch /app/usage/x || { echo "the counts cannot be written" >&2; exit 1; }
    echo "the root file system is read-only, /app/usage is not"
    inside python -c "import pip" 2>/dev/null && { echo "the image holds pip" >&2; exit 1; }
    inside ivr probe "http://127.0.0.1:$port"
    inside ivr doctor --local || true
}

stop_under_load() {
    PYTHONPATH=tests .venv/bin/python tools/load_until_stopped.py "$port" "$public" &
    local load=$!
    sleep 2
    podman "${store[@]}" --runtime runc --cgroup-manager cgroupfs stop --time 10 "$name" >/dev/null
    wait "$load"
    echo "exit code $(podman "${store[@]}" inspect "$name" --format '{{.State.ExitCode}}')"
}

base
build
run
look
stop_under_load
