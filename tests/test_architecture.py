"""The shape of the package: which module may import which, and how light the root import is."""

import ast
import subprocess
import sys

import moderation

#: Layers from the bottom up. A module imports only from its own layer or from layers before it.
LAYERS = [
    ["errors", "files"],
    ["attacks", "comments", "mapping", "text"],
    ["spelling"],
    ["floods"],
    ["scores"],
    ["rules"],
    ["features"],
    ["model_files"],
    ["threads", "model", "card", "labels", "duplicates", "policy"],
    ["copies"],
    ["moderator", "evaluation", "slices", "dataset", "training", "queries", "drift", "difference"],
    ["labelling"],
    ["bulk"],
    ["thresholds"],
    ["store"],
    ["service"],
    ["hooks"],
    ["cli"],
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


def imported(path):
    """Yield the first-level modules of this package that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("moderation."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.ImportFrom) and node.module == "moderation":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("moderation."))


def test_imports_point_downwards(root):
    package = root / "moderation"
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        if parts == ("__init__",):
            continue
        for name in imported(path):
            assert LEVEL[name] <= LEVEL[parts[0]], f"{path} imports moderation.{name}"


def test_every_module_has_a_layer(root):
    names = {
        path.stem for path in (root / "moderation").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert names - {"__init__", "default_model"} == set(LEVEL)


def test_the_root_import_is_light():
    heavy = [
        "sklearn",
        "scipy",
        "datasketch",
        "pandas",
        "joblib",
        "typer",
        "rich",
        "textual",
        "krippendorff",
        "sqlalchemy",
    ]
    code = f"import moderation, sys; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_scoring_needs_no_scikit_learn():
    code = (
        "import sys, moderation; moderator = moderation.Moderator.load();"
        "moderator.check_text('quel idiot'); print('sklearn' in sys.modules or 'pandas' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_the_command_line_loads_no_screen_and_no_store():
    heavy = ["textual", "sklearn", "krippendorff", "sqlalchemy"]
    code = f"import sys, moderation.cli; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_textual_has_one_user(root):
    users = [
        path.name for path in (root / "moderation").rglob("*.py") if "from textual" in path.read_text(encoding="utf-8")
    ]
    assert users == ["screen.py"]


def test_public_names_are_those_that_the_docs_name(root):
    visible = {name for name in vars(moderation) if not name.startswith("_")}
    modules = {path.stem for path in (root / "moderation").iterdir()}
    assert visible - modules == set(moderation.__all__)
    library = (root / "docs" / "library.md").read_text(encoding="utf-8")
    assert [name for name in moderation.__all__ if f"`{name}`" not in library] == []


def test_unidecode_has_one_user(root):
    users = [
        path.name
        for path in (root / "moderation").rglob("*.py")
        if "from unidecode" in path.read_text(encoding="utf-8")
    ]
    assert users == ["characters.py"]


def test_nothing_is_unpickled(root):
    for path in (root / "moderation").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "pickle.load" not in source
        assert "joblib.load" not in source
