# The two commands of the README are `make flag` and `make test`; the rest is for those who change the code.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: flag serve test test-slow test-clients test-engines lint train quality recipe bench threads bulk load picture wheel clean

flag: $(VENV)/installed ## flag the comments of the example thread with the shipped model
	$(BIN)/moderation flag examples/thread.txt

serve: $(VENV)/installed-service ## the service on this machine, open to whoever is on it: to try it, see docs/service.md
	$(BIN)/moderation serve --open

test: $(VENV)/installed-dev ## the tests, on all cores: a few minutes
	$(BIN)/pytest --numprocesses auto --dist loadfile

test-slow: $(VENV)/installed-dev ## the tests that take minutes each: training anew must give the shipped model
	$(BIN)/pytest -m slow

test-clients: $(VENV)/installed-dev ## real clients, hooks and a real WordPress against the service, see tests/clients/README.md
	$(BIN)/pytest -m clients tests/clients

test-engines: $(VENV)/installed-dev ## the recipes of docs/bulk.md in Dask, Spark, Ray and Polars; downloads 1 GB
	$(BIN)/pytest -m engines tests/clients

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

train: $(VENV)/installed ## train the model in use from labels/ (MODERATION_DATA: data sets that labels refer to)
	$(BIN)/python train.py

quality: $(VENV)/installed-dev ## all figures of the model, beside other recipes and the bars, see benchmarks/README.md
	$(BIN)/python -m benchmarks.quality --write

recipe: $(VENV)/installed-dev ## what each choice of the recipe is worth (an hour), see docs/recipe.md
	$(BIN)/python -m benchmarks.recipe --write

bench: $(VENV)/installed-dev ## speed beside other programs, see benchmarks/README.md
	$(BIN)/python -m benchmarks.speed --quick --json build/speed.json

threads: $(VENV)/installed-dev ## time and memory of reading threads, beside bare parsers and other libraries
	$(BIN)/python -m benchmarks.threads --write

bulk: $(VENV)/installed-dev ## rate and memory of scoring files, beside the same texts in memory and a stock pipeline
	$(BIN)/python -m benchmarks.bulk --write

load: $(VENV)/installed-dev ## speed and memory of the service, beside a bare FastAPI application; needs wrk
	$(BIN)/python -m benchmarks.service --write

picture: $(VENV)/installed ## the picture of the README
	$(BIN)/moderation flag examples/thread.txt --picture docs/flag.svg

wheel: $(VENV)/installed ## the wheel, installed and used in an environment of its own
	rm -rf build/wheel && $(BIN)/pip wheel --quiet --no-deps --wheel-dir build/wheel .
	$(PYTHON) -m venv build/wheel/venv
	build/wheel/venv/bin/pip install --quiet build/wheel/*.whl
	cd build/wheel && venv/bin/moderation score "Merci pour cet article."

$(VENV)/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "moderation needs Python 3.11 or newer; found " + sys.version.split()[0] + ": name another with make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[dev]"
	touch $@

$(VENV)/installed-service: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[fast,service]"
	touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
