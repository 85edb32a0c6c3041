# The words of the README. Every target makes its own environment from requirements.lock.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
DEMO := var/demo

export MLFLOW_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := 1

.PHONY: demo test check format serve bench bench-features bench-models bench-policy bench-serving bench-lab bench-monitor services lock env clean

demo: $(READY) ## the whole main job on an embedded city, and one full answer
	$(BIN)/lvdaitong city --entities 3000 --months 60 --seed 7 --out $(DEMO)/city
	$(BIN)/lvdaitong --home $(DEMO)/home run --recipe city --data $(DEMO)/city --oracle $(DEMO)/city/oracle/oracle_pd.parquet
	$(BIN)/lvdaitong --home $(DEMO)/home consent record --file $(DEMO)/city/consents/consents.csv --by demo --demo
	$(BIN)/lvdaitong --home $(DEMO)/home accounts demo
	@echo "now: make serve, and log in at http://127.0.0.1:8000 as officer"

test: $(READY) ## every test, doctest and document
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(READY) ## format, lint, types, floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

serve: $(READY) ## the service on what `make demo` left in its home
	$(BIN)/lvdaitong --home $(DEMO)/home serve --demo

bench: bench-features bench-models bench-policy bench-serving bench-lab bench-monitor ## every benchmark; results beside the scripts
	$(BIN)/python benchmarks/foundations.py

bench-features: $(READY) ## features against SQL, pandas and Feast; from 1 M to 50 M events; collecting 10 M rows
	$(BIN)/python benchmarks/feature_engine.py
	$(BIN)/python benchmarks/collecting.py

bench-models: $(READY) ## ranking, calibration, cost of fitting and reasons, beside other libraries
	$(BIN)/python benchmarks/credit_models.py

bench-policy: $(READY) ## the measures for one firm and for 300,000, beside ZEN
	$(BIN)/python benchmarks/policy.py

bench-serving: $(READY) ## the service under load from a second process, beside `mlflow models serve`
	$(BIN)/python benchmarks/service.py

bench-lab: $(READY) ## the joint lab: alignment, pooling and splitting on a fresh city, attacks on what leaves
	$(BIN)/python benchmarks/joint_lab.py

bench-monitor: $(READY) ## planted troubles, false alarms, estimates before labels, 300,000 firms, walk-forward
	$(BIN)/python benchmarks/watching.py

services: ## what some tests need besides: a browser and a Chinese font, PostgreSQL, Java and Spark
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		chromium fonts-noto-cjk postgresql default-jre-headless
	$(MAKE) --no-print-directory $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock

lock: ## resolve pyproject.toml again into requirements.lock
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet uv
	$(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --group dev \
		--custom-compile-command "make lock" pyproject.toml --output-file requirements.lock
	$(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--constraints requirements.lock --custom-compile-command "make lock" pyproject.toml \
		--output-file deploy/requirements.lock
	$(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --group spark \
		--custom-compile-command "make lock" --output-file requirements-spark.lock
	rm -rf $(VENV)-lock

env: $(READY) ## only the environment

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
		|| { echo "Python 3.11 is needed, found $$($(PYTHON) --version); name it with make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "making the environment in $(VENV) (a few minutes, once)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

clean: ## take away what the targets made
	rm -rf $(VENV) var dist build
