"""Keep a data set from a file or folder on this machine, without the page.

    python -m data.adding shapes.zip --title Shapes --side 32

prints the name that `python -m model.training --dataset` takes, as its last line.
"""

import argparse
import sys
from pathlib import Path

from data import own, squares
from data.errors import DatasetError, StrataError
from data.throwaway import Preparation


def main(arguments: list[str] | None = None) -> int:
    """Keep a data set from a file or folder on this machine; returns the exit code."""
    options = argparse.ArgumentParser(prog="python -m data.adding", description="Keep pictures as a data set.")
    options.add_argument(
        "source", type=Path, help="a zip or folder of pictures by class folder, or an .npz with x and y"
    )
    options.add_argument("--title", help="its name on the page; else the file's")
    options.add_argument("--side", type=int, choices=squares.SIDES, help="pixels of both sides; else by the pictures")
    chosen = options.parse_args(arguments)
    try:
        if not chosen.source.exists():
            raise DatasetError(f"{chosen.source} does not exist. Expected a zip, a folder or an .npz. Check its path.")
        reading = Preparation(chosen.source, chosen.source.name, chosen.side)
        try:
            reading.wait()
            kept = own.keep(reading.folder, chosen.title or reading.result().title)
        finally:
            reading.stop()
    except StrataError as error:
        sys.stderr.write(f"python -m data.adding: {error}\n")
        return 2
    left_out = [f"Left out {refusal.name}: {refusal.reason}" for refusal in kept.refused]
    more = [f"and {kept.refused_count - len(left_out):,} more"] if kept.refused_count > len(left_out) else []
    counted = f"{sum(kept.train_counts):,} training and {sum(kept.test_counts):,} test pictures"
    sys.stdout.write(
        "\n".join([*left_out, *more, f"{kept.origin}: {counted}. {kept.split} {kept.resized}", kept.name, ""])
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
