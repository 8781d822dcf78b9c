# Shortcuts; nothing needs them.

demo:
    .venv/bin/legload demo

test *words:
    .venv/bin/pytest {{words}}

check:
    .venv/bin/ruff format --check .
    .venv/bin/ruff check .
    .venv/bin/mypy
    .venv/bin/lint-imports

fix:
    .venv/bin/ruff check --fix .
    .venv/bin/ruff format .

lock:
    uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header pyproject.toml -o requirements.lock
    uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --group dev pyproject.toml -o requirements-dev.lock
