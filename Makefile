# Collagenda. `make demo` runs a whole clinic on this machine, `make test` runs every test, `make help` lists the rest.

PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
# Python writes its caches, whatever the caller's environment says: without them every start costs seconds.
unexport PYTHONDONTWRITEBYTECODE
export PORT ROWS PYTHON
.DEFAULT_GOAL := help
.PHONY: help install demo test check checks bench chaos lock ruff format types arrow migrations deploy templates audit

help: ## list the commands
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

install: $(STAMP) ## install the locked dependencies into .venv (the other commands do it too)

$(STAMP): requirements.lock
	@sh .ci/install

demo: $(STAMP) ## run a clinic with demo data at http://localhost:8000 (PORT=… for another port); Ctrl-C stops all of it
	@exec $(BIN)/python -m clinic.demo

test: $(STAMP) ## run every test on private servers, browser tests included (ARGS=… goes to pytest)
	@$(BIN)/python -m tests.chromium
	@$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

check: $(STAMP) ## style, types, the arrow, migrations, deploy checks, templates, known vulnerabilities
	@COLLAGENDA_ENV=test $(BIN)/python -m clinic.embedded -- $(MAKE) --no-print-directory --keep-going checks

bench: $(STAMP) ## measure: a table here, JSON lines in a file (ROWS=planner,flat chooses some)
	@COLLAGENDA_ENV=test $(BIN)/python -m clinic.embedded --synced -- $(BIN)/python -m bench $(ARGS)

chaos: $(STAMP) ## the full fault-injection runs: minutes of killed processes
	@$(BIN)/python -m pytest tests/chaos -m "chaos or not chaos" $(ARGS)

lock: $(STAMP) ## write requirements.lock again after a change in pyproject.toml (ARGS=--upgrade for newer releases)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --all-extras --no-header \
		--no-emit-index-url $(ARGS) -o requirements.lock pyproject.toml

# The parts of `make check`, which gives them a database.
checks: ruff format types arrow migrations deploy templates audit

ruff:
	$(BIN)/ruff check .

format:
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

arrow:
	$(BIN)/lint-imports

migrations:
	$(BIN)/python manage.py makemigrations --check --dry-run

deploy:
	COLLAGENDA_ENV=production SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	ALLOWED_HOSTS=care.example.org PUBLIC_URL=https://care.example.org SMS_CHANNEL=http SMS_URL=https://sms.example.org \
	$(BIN)/python manage.py check --deploy --fail-level WARNING

templates:
	$(BIN)/djlint --quiet --lint clinic treatments bookings

# Says so, and does not fail, where no database of vulnerabilities can be reached.
audit:
	@$(BIN)/pip-audit -r requirements.lock --disable-pip --progress-spinner off --timeout 5 > $(VENV)/audit.txt 2>&1; \
	if grep -q 'known vulnerabilit.* in' $(VENV)/audit.txt; then cat $(VENV)/audit.txt; exit 1; \
	elif grep -q 'No known vulnerabilities found' $(VENV)/audit.txt && ! grep -q 'could not be audited' $(VENV)/audit.txt; \
	then echo "No known vulnerabilities."; else echo "No database of vulnerabilities was reached: nothing audited."; fi
