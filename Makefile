# Two commands: `make run` to try the program, `make test` to check it.
# Both make their own environment in .venv and keep everything else in var/.

PYTHON ?= python3
export DSR_MODE ?= trial
# Set in many containers; every process would then translate the whole program anew for itself.
unexport PYTHONDONTWRITEBYTECODE
HERE = .venv/bin/python

.PHONY: help run test stop bench quick faults audit lock clean

help:
	@echo "make run     try the program: environment, servers, demonstration, http://localhost:8000"
	@echo "make test    check everything"
	@echo "make stop    stop the program and the embedded servers of this folder"
	@echo "make bench   measure speed and memory (about an hour; make bench quick: three minutes)"
	@echo "make faults  kill processes, fill disks, move the clock (about a quarter of an hour)"
	@echo "make audit   licences of the packages it uses, and what is known against them"
	@echo "make lock    write requirements*.txt anew from requirements*.in"
	@echo "make clean   remove .venv and var/ with the demonstration's data and keys"

run:
	@$(PYTHON) config/trial/bootstrap.py trial
	@exec $(HERE) manage.py run

# Every check runs, whatever the one before it said; the last lines are those of the tests.
# Four processes also on two cores: many tests wait for servers, browsers and mail.
test: .environment
	@$(HERE) -m tests.chromium
	@status=0; \
	$(HERE) -m ruff check . || status=1; \
	$(HERE) -m ruff format --check . || status=1; \
	$(HERE) -m mypy --strict dsr config || status=1; \
	$(HERE) -m pytest -n 4 --dist loadfile || status=1; \
	exit $$status

# `make bench quick`: the second word is no target of its own.
bench: .environment
	@$(HERE) -m tests.bench $(filter quick,$(MAKECMDGOALS))

quick:
	@:

faults: .environment
	@$(HERE) -m pytest tests/faults -m ""

audit: .environment
	@$(HERE) -m config.dependency_audit

lock: .environment
	@$(HERE) -m config.lock

stop:
	@if [ -x $(HERE) ]; then $(HERE) manage.py stop; fi

clean: stop
	rm -rf .venv var .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage

.PHONY: .environment
.environment:
	@$(PYTHON) config/trial/bootstrap.py dev
