# Works with GNU make 3.81 and a POSIX shell, which macOS and Debian include.

BIN      := .venv/bin
UV       := uv==0.13.9
SUITABLE := import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))
PYTHON   ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c '$(SUITABLE)' >/dev/null 2>&1 && echo $$p && break; done)
NEW_NODE := const [major, minor] = process.versions.node.split("."); process.exit(Number(major * 100 + Number(minor) < 1819))
ABSENT   := The line needs Python 3.11 or newer with its venv module: on Debian or Ubuntu install the package \
	python3-venv, on macOS install Python from python.org or with "brew install python@3.12".
INSTALL  := $(BIN)/python -m pip --quiet --disable-pip-version-check install
COMPILE  := pip compile pyproject.toml --universal --python-version 3.11 --group build --generate-hashes --no-config \
	--no-header --annotation-style line --quiet $(UPGRADE)

REQUIREMENTS ?= requirements.txt
NEXT         := The line is installed.$(if $(wildcard .env), The .env that was here is left as it is.) Next: "make run" here, \
	or docs/run.md to run it on Twilio.

# An environment with the right Python, which an older one replaces.
define VENV
@$(BIN)/python -c '$(SUITABLE)' 2>/dev/null || { \
"$(PYTHON)" -c '$(SUITABLE)' 2>/dev/null || { echo '$(ABSENT)' >&2; exit 1; }; \
"$(PYTHON)" -m venv --clear .venv; }
endef

PEERS    := pip compile bench/requirements.in --universal --python-version 3.11 --generate-hashes --no-config \
	--no-header --annotation-style line --quiet $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help setup install release run test firefox invented check weblint runtime fallback lock clean soak restarts timeouts walks fuzz mutants picture addresses sbom bench

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s  %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: .venv/.ready .env ## Install the line and everything for its tests into .venv, and write a .env to try it out with
	@$(if $(filter setup,$(MAKECMDGOALS)),echo '$(NEXT)')

install: ## Install what a line needs to answer calls; no .env (REQUIREMENTS=requirements-postgres.txt: with PostgreSQL)
	$(VENV)
	$(INSTALL) --require-hashes --only-binary :all: --requirement '$(REQUIREMENTS)'
	$(INSTALL) --no-deps --no-build-isolation --editable .

run: setup ## Start the line on this machine
	$(BIN)/ivr serve

# `make firefox` runs the tests in Firefox.
CHROMIUM := --ignore tests/browser/firefox

# CI shares its machine with others. There a test that fails is run once more with no test beside it: where the program is
# at fault, it fails again. Both results are printed.
test: setup ## Run the tests
	@once_more() { [ -n "$$CI" ] && echo 'The tests that failed are run once more, alone:' && \
	$(BIN)/pytest --last-failed --last-failed-no-failures none "$$@"; }; \
	$(BIN)/pytest --numprocesses auto --dist loadfile --ignore tests/browser || once_more --ignore tests/browser; failed=$$?; \
	{ $(BIN)/pytest tests/browser $(CHROMIUM) || once_more tests/browser $(CHROMIUM); } && exit $$failed

firefox: setup node_modules/.ready ## Take the journey through the site in Firefox (needs Node and Debian's firefox-esr)
	CI=true $(BIN)/pytest tests/browser/firefox

# The tests whose result could depend on the published languages. Those that start servers run in `make test` alone.
INVENTED := tests/call tests/check/test_limits.py tests/check/test_proofs.py tests/content/test_load.py \
	tests/hostile/test_promises.py tests/line tests/script tests/server tests/web

invented: setup ## Run the tests of the line once more, with an invented third language published
	rm -rf build/invented && mkdir -p build/invented
	tar --create --exclude ./.venv --exclude ./node_modules --exclude ./build --exclude ./.git --exclude ./biome.jsonc . | \
	tar --extract --directory build/invented
	ln -s ../../.venv build/invented/.venv
	[ ! -d node_modules ] || ln -s ../../node_modules build/invented/node_modules
	PYTHONPATH=build/invented:tests $(BIN)/python -m support.invented build/invented
	cd build/invented && PYTHONPATH=. .venv/bin/pytest -p no:cacheprovider --numprocesses auto --dist loadfile $(INVENTED)

check: setup ## Check style, types and prose, prove the line, check the limits of its texts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict ivr
	$(BIN)/python tools/check_prose.py
	@if node -e '$(NEW_NODE)' 2>/dev/null && command -v npm >/dev/null; then $(MAKE) --no-print-directory weblint; \
	else echo 'Node 18.19 or newer with npm is not installed: scripts, style sheets and pages were not linted.'; fi
	$(BIN)/ivr check
	IVR_CONTENT=./deploy/example-agency $(BIN)/ivr check

weblint: setup node_modules/.ready ## Lint the scripts, style sheets and pages of the site, test the scripts (needs Node; make check does it)
	node_modules/.bin/biome check --error-on-warnings
	$(BIN)/python tools/render_pages.py build/pages
	node_modules/.bin/html-validate --formatter text 'build/pages/**/*.html'
	node_modules/.bin/tsc --noEmit
	node --test tests/web/telephone/*.test.mjs

runtime: build/twilio/.ready ## Install Twilio's local runtime, for the tests of the exported line (needs Node)

fallback: setup ## Write deploy/fallback.xml from the texts, after a change of the fallback document
	@LINE_NUMBER= IVR_HOTLINE= TWILIO_AUTH_TOKEN= TWILIO_AUTH_TOKEN_SECONDARY= IVR_CONTENT='$(CURDIR)' $(BIN)/ivr fallback > deploy/fallback.xml.new && \
	mv deploy/fallback.xml.new deploy/fallback.xml

soak: setup ## Make very many calls while faults happen (CALLS=10000); fail if a call is lost
	PYTHONPATH=tests $(BIN)/python tests/hostile/soak.py

restarts: setup ## Make calls while the line restarts (CALLS=500 RESTARTS=10); fail if a call is lost
	PYTHONPATH=tests $(BIN)/python tests/hostile/restarts.py

timeouts: setup ## Print what a caller hears, and how late, when the machine fails at each point of a call
	PYTHONPATH=tests $(BIN)/python tests/hostile/timeouts.py

walks: setup ## Make random calls over the whole line (WALKS=50000)
	WALKS=$${WALKS:-50000} $(BIN)/pytest tests/hostile/test_walks.py

fuzz: build/fuzz/.ready ## Fuzz request bodies and catalogues (SECONDS=60)
	for target in form catalogue; do \
	PYTHONPATH=.:tests TARGET=$$target build/fuzz/bin/python tests/hostile/fuzz.py || exit 1; done

bench: setup build/bench/.ready ## Measure what a webhook costs, and compare alternatives (needs wrk; Node if it is to be compared)
	@if node -e '$(NEW_NODE)' 2>/dev/null; then $(MAKE) --no-print-directory build/fastify/.ready; fi
	$(BIN)/python -m bench $(PARTS)

mutants: build/mutmut/.ready ## List small changes of the program that no test notices (mutation tests)
	build/mutmut/bin/mutmut run --max-children 2
	build/mutmut/bin/mutmut results

picture: ## Draw the packages and their imports in docs/architecture.md
	"$(PYTHON)" tools/draw_packages.py

addresses: setup ## Record every address of this release, before it is published
	$(BIN)/python tools/addresses.py

release: setup ## Build the files of a release from its tag (DRAFT=--draft: from the last commit)
	$(BIN)/python tools/release.py $(DRAFT)

sbom: ## Write the bill of materials of a release, build/sbom.cdx.json, from the lock
	"$(PYTHON)" tools/sbom.py

lock: ## Lock the requirements again (UPGRADE=--upgrade: the newest releases)
	@set -e; tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
	"$(PYTHON)" -m venv "$$tmp"; \
	"$$tmp/bin/python" -m pip --quiet --disable-pip-version-check install '$(UV)'; \
	"$$tmp/bin/uv" $(COMPILE) --group dev --output-file requirements-dev.txt; \
	"$$tmp/bin/uv" $(COMPILE) --constraints requirements-dev.txt --output-file requirements.txt; \
	"$$tmp/bin/uv" $(COMPILE) --constraints requirements-dev.txt --extra postgres --output-file requirements-postgres.txt; \
	"$$tmp/bin/uv" $(PEERS) --constraints requirements-dev.txt --output-file bench/requirements.txt

clean: ## Remove what was installed and built (.env stays)
	rm -rf .venv node_modules build mutants *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.ready: requirements-dev.txt pyproject.toml
	$(VENV)
	$(INSTALL) --require-hashes --only-binary :all: --requirement requirements-dev.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

# Atheris includes a compiler's runtime: it has an environment of its own and is not in the lock.
build/fuzz/.ready: requirements.txt
	"$(PYTHON)" -m venv --clear build/fuzz
	build/fuzz/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes --only-binary :all: --requirement requirements.txt
	build/fuzz/bin/python -m pip --quiet --disable-pip-version-check install --only-binary :all: 'atheris>=3.0'
	@touch $@

# The lock names packages by version and hash: npm takes them from the registry that is set on this machine.
node_modules/.ready: package.json package-lock.json .npmrc
	npm ci
	@touch $@

# Twilio's local runtime, in which the tests run the exported line.
build/twilio/.ready: ivr/export/twilio/package.json ivr/export/twilio/package-lock.json ivr/export/twilio/.npmrc
	mkdir -p build/twilio
	cp $^ build/twilio
	cd build/twilio && npm ci
	@touch $@

# mutmut brings a terminal interface and a parser: it has an environment of its own, and is not in the lock.
build/mutmut/.ready: requirements-dev.txt
	"$(PYTHON)" -m venv --clear build/mutmut
	build/mutmut/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes --only-binary :all: --requirement requirements-dev.txt
	build/mutmut/bin/python -m pip --quiet --disable-pip-version-check install --only-binary :all: 'mutmut>=3.8'
	@touch $@

build/bench/.ready: bench/requirements.txt
	"$(PYTHON)" -m venv --clear build/bench
	build/bench/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes --only-binary :all: --requirement bench/requirements.txt
	@touch $@

build/fastify/.ready: bench/fastify/package.json bench/fastify/package-lock.json bench/fastify/.npmrc bench/fastify/server.mjs
	mkdir -p build/fastify
	cp $^ build/fastify
	cd build/fastify && npm ci
	@touch $@

# The token belongs to no account: it signs the calls of the simulated telephone, and differs on every machine. A machine that
# has settings gets no .env: a service that may not read the file would not start.
.env: | .venv/.ready
	@if [ -n "$$TWILIO_AUTH_TOKEN" ] || [ -e /etc/line.env ]; then echo 'No .env is written: this machine has settings.'; exit; fi; \
	umask 077 && token=$$($(BIN)/python -c 'import secrets; print(secrets.token_hex(16))') && \
	printf 'TWILIO_AUTH_TOKEN=try-%s\nPUBLIC_URL=http://127.0.0.1:8000\n' "$$token" > $@
