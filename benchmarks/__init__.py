"""The figures that the README quotes, one command each: `python -m benchmarks.NAME` prints one JSON line last."""
