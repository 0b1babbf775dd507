"""Load a Keras model from the command line: python -m model.uploads FILE."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from data.errors import StrataError
from model.engine import versions
from model.runs import default_root
from model.uploads import admission, keeping
from model.uploads.values import RANGES


def main() -> None:
    """Read the file, keep it as a run, and say what it became."""
    arguments = _arguments()
    try:
        model = admission.read(arguments.file.read_bytes(), arguments.file.name, arguments.values, _say)
        found = keeping.matching_here(model.network)
        dataset = arguments.dataset if arguments.dataset is not None else (found[0] if found else keeping.NO_DATASET)
        run = keeping.keep(default_root(), model, dataset, versions())
    except (StrataError, OSError) as error:
        raise SystemExit(str(error)) from error
    network = model.network
    print(f"{network.title}: {len(network.layers)} layers, {network.parameters:,} parameters")
    print("Computed in the browser" if network.computable_in_browser else f"In the worker, for {_worker(network)}")
    for note in model.notes:
        print(note)
    print(f"Differs from Keras by {model.difference:.2g} at most. Run {run.id}")


def _worker(network: object) -> str:
    names = getattr(network, "keras_layers", ())
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _say(words: str) -> None:
    print(f"\r{words:<48}", end="" if sys.stderr.isatty() else "\n", file=sys.stderr)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m model.uploads", description="Load a Keras model as a run.")
    parser.add_argument("file", type=Path, help="a .keras file of Keras 3, or a legacy .h5 file of a whole model")
    parser.add_argument("--values", choices=RANGES, default="0..1", help="what pixels it was trained on")
    parser.add_argument("--dataset", help="whose test set goes with it; '' for none; the first that fits by default")
    return parser.parse_args()


if __name__ == "__main__":
    main()
