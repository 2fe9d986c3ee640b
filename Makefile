# Two commands matter: `make demo` and `make test`. Each is enough on a fresh machine with Python 3.11, pip, gcc and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/pip install --quiet --disable-pip-version-check
# one thread for the linear algebra of tests: two spinning threads on busy cores are slower than one
TEST_ENV := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

.PHONY: help demo test setup lint format bench lock clean
help:
	@echo "make demo    make the demo shop and serve it on http://127.0.0.1:8000"
	@echo "make test    install what the tests need, check the code, run all tests"
	@echo "make setup   only install the product into $(VENV)"
	@echo "make lint    style, types, import contracts"
	@echo "make bench   the published claims with their peers: make bench NAME=latency (SHOPKEEPER_DATA names the data sets)"

demo: setup
	$(BIN)/shopkeeper demo

setup: $(VENV)/core.installed

test: $(VENV)/dev.installed lint
	@sh scripts/ensure-chromium
	$(TEST_ENV) $(BIN)/pytest -n 2 --dist loadfile

lint: $(VENV)/dev.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/basedpyright

format: $(VENV)/dev.installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

NAME ?= latency
bench: $(VENV)/dev.installed
	$(BIN)/shopkeeper bench $(NAME) --peers

lock: $(VENV)/dev.installed
	sh scripts/lock

$(VENV)/bin/pip:
	@$(PYTHON) scripts/check_python.py
	$(PYTHON) -m venv $(VENV)

$(VENV)/core.installed: $(VENV)/bin/pip requirements/build.txt requirements/core.txt pyproject.toml
	$(PIP) --require-hashes -r requirements/build.txt
	$(PIP) --require-hashes -r requirements/core.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.installed: $(VENV)/core.installed requirements/dev.txt
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

# an optional part: make extra-llm, extra-images, extra-speech, extra-scale, extra-privacy, extra-train
extra-train: $(VENV)/core.installed
	$(PIP) -r requirements/torch.txt
	$(PIP) --require-hashes --no-deps -r requirements/train.txt

extra-%: $(VENV)/core.installed requirements/%.txt
	$(PIP) --require-hashes -r requirements/$*.txt

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis build dist
