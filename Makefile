# One entry for everything. `make run` first; `make help` tells the rest.
.DEFAULT_GOAL := help
PY := .venv/bin/python
PO := $(wildcard locale/*/LC_MESSAGES/*.po)
MO := $(PO:.po=.mo)
ARGS ?= -n 2 --dist worksteal
BENCH ?=
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.NOTPARALLEL:
.PHONY: help run test check fix bench mutants lock messages ready

help:
	@echo "make run       everything needed, then CoachVault at http://127.0.0.1:8000 (PORT=…, COACHVAULT_DATA=…)"
	@echo "make test      the whole suite, with the browser stories (ARGS='tests/vault -x' for a part of it)"
	@echo "make check     static checks        make fix       what of them can be cured automatically"
	@echo "make bench     the benchmark table  make messages  new texts into the catalogues"
	@echo "make mutants   MODULE=… TESTS=…: what the tests do not notice when it is changed"
	@echo "make lock      the lock files again, after a change in pyproject.toml"

run: .venv/.run $(MO)
	@exec $(PY) -m coachvault.serve

test: ready
	@$(PY) -m pytest $(ARGS)

check: ready
	@.ci/check

ready: .venv/.test $(MO)

fix: .venv/.test
	$(PY) -m ruff check --fix --quiet .
	$(PY) -m ruff format --quiet .

bench: ready
	@$(PY) -m bench $(BENCH)

mutants: ready
	@MUTATE=$(MODULE) $(PY) -m pytest -p tests.mutants -p no:randomly -q --no-header --tb=native $(TESTS)

lock: .venv/.test
	.ci/lock

messages: .venv/.test
	@command -v xgettext > /dev/null || .ci/setup packages gettext
	.ci/with-secrets $(PY) manage.py makemessages --locale fr --locale en --no-location --ignore .venv --ignore tests

.venv/.run: requirements.lock .ci/setup
	@.ci/setup run

.venv/.test: requirements-dev.lock .ci/setup
	@.ci/setup test

%.mo: %.po
	@$(PY) -m babel.messages.frontend --quiet compile --input-file $< --output-file $@
