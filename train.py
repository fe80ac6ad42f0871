"""Train the model from labels/: `python train.py [FOLDER]`, by default the folder of the model in use.

Judgements by reference count where MODERATION_DATA names the folder of their data sets; without it the model is
trained on the texts of labels/ alone, which the program says. `moderation train --help` has all options.
"""

import sys
from pathlib import Path

from moderation.cli import main
from moderation.model_files import shipped_model

if __name__ == "__main__":
    arguments = sys.argv[1:] or ["--out", str(shipped_model())]
    if not arguments[0].startswith("-"):
        arguments = ["--out", *arguments]
    main(["train", str(Path(__file__).parent / "labels"), *arguments])
