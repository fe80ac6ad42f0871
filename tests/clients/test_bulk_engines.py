"""The recipes of docs/bulk.md, run as they stand there, each in an environment with its engine."""

import os
import re
import subprocess

import pandas as pd
import pytest
from environments import python as environment

from moderation.bulk import score_frame

pytestmark = pytest.mark.engines
pytest.importorskip("pyarrow")

TEXTS = ["Merci pour cet article.", "Espèce de gros imbécile !", "Qu'il parte, ce gouvernement."]
FAST = ("numba", "pandas", "pyarrow")
ENGINES = {
    "Dask": ("dask[dataframe]==2026.8.0", "distributed==2026.8.0"),
    "Spark": ("pyspark==4.3.0",),
    "Ray": ("ray[data]==2.60.0",),
    "Polars": ("polars==2.1.0",),
}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_recipe_scores_what_a_frame_scores(tmp_path, root, engine):
    recipes = (root / "docs" / "bulk.md").read_text(encoding="utf-8").partition("## In a data frame")[2]
    match = re.search(rf"^{engine}\b.*?```python\n(.*?)```", recipes, re.MULTILINE | re.DOTALL)
    (tmp_path / "recipe.py").write_text(match[1], encoding="utf-8")
    texts = [f"{TEXTS[number % 3]} {number}" for number in range(3_000)]
    frame = pd.DataFrame({"id": [str(number) for number in range(len(texts))], "text": texts})
    frame.to_parquet(tmp_path / "comments.parquet")
    python = environment(engine.lower(), ".", *FAST, *ENGINES[engine])
    done = subprocess.run(
        [python, "recipe.py"],
        cwd=tmp_path,
        env={**os.environ, "PYSPARK_PYTHON": str(python)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    written = tmp_path / "scores.parquet" if (tmp_path / "scores.parquet").exists() else tmp_path / "scores"
    found = pd.read_parquet(written).sort_values("id").reset_index(drop=True)
    expected = score_frame(frame).sort_values("id").reset_index(drop=True)
    pd.testing.assert_frame_equal(found[list(expected)], expected, check_dtype=False, rtol=0, atol=1e-9)
