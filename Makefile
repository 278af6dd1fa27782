# Everything sets itself up in .venv, once: `make demo` or `make test` is all that a fresh clone needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STACK := $(if $(shell command -v nvidia-smi),gpu,cpu)
PINS := requirements/$(STACK).txt
DONE := $(VENV)/.installed-$(STACK)
UV := $(or $(shell command -v uv),$(BIN)/uv)

# pip's folder of wheels, where one is named, serves uv too.
export UV_FIND_LINKS ?= $(subst $(eval) ,$(comma),$(PIP_FIND_LINKS))
