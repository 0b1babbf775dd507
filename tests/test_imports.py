"""Imports run one way, app → visualization → model → data; Streamlit and Keras stay where they belong."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ORDER = ("data", "model", "visualization", "app")  # each may import itself and what stands before it
STREAMLIT = {
    "app.py",
    "visualization/state.py",
    "visualization/training_state.py",
    "visualization/picture_state.py",
    "visualization/run_state.py",
    "visualization/own_data_state.py",
    "visualization/muting_state.py",
    "visualization/address_state.py",
    "visualization/own_model_state.py",
    "visualization/dialogs.py",
    "visualization/evaluation_state.py",
    "visualization/surface_state.py",
    "visualization/components.py",
}
KERAS = ("keras", "tensorflow")
FILES = [ROOT / "app.py", *(path for package in ORDER[:3] for path in (ROOT / package).rglob("*.py"))]
FILES = [path for path in FILES if "node_modules" not in path.parts]


def imported(path: Path) -> Iterator[tuple[str, bool]]:
    """Every imported module of a file, and whether it is imported whenever the file is."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    outermost = {node for statement in tree.body for node in _outside_functions(statement)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node in outermost) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node in outermost


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _outside_functions(child)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_a_file_imports_only_what_it_may(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0].removesuffix(".py")
    later = ORDER[ORDER.index(package) + 1 :]
    for module, _ in imported(path):
        top = module.split(".")[0]
        assert top not in later, f"{_name(path)} imports {module}"
        if top == "streamlit":
            assert _name(path) in STREAMLIT or "views" in path.parts, f"{_name(path)} imports streamlit"
        if top in KERAS:
            assert package == "model", f"{_name(path)} imports {module}"


def test_the_pages_process_never_imports_tensorflow() -> None:
    code = (
        "import sys, app\n"  # as the server imports it: builds the routes, and with them the API
        "from visualization import bundle\n"
        "from visualization.views import controls, frame\n"
        f"found = [name for name in {KERAS!r} if name in sys.modules]\n"
        "sys.exit(f'imported {found}' if found else 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
