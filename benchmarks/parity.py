"""The browser's forward pass against Keras: all 10,000 MNIST test images, every layer, every neuron.

    python -m benchmarks.parity

Runs the built engine.js in Node on the pretrained network's weights. Keys: images, layers, max_abs_diff (the largest
difference of any activation of any layer, input to output), labels_differing (images that the two read differently),
worst_layer. Needs MNIST, from STRATA_MNIST or Keras's cache.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import IO

import numpy as np

from data import datasets
from model.runs import PRETRAINED, Run
from model.tracing import trace
from visualization import bundle
from visualization.node import find_node
from visualization.scene import layers

CHUNK = 200  # images; 31 MB of activations


def main() -> None:
    """Compare and print."""
    bundle.build(lambda line: None)
    run = Run(PRETRAINED)
    step = run.snapshot_steps()[-1]
    network = run.config().network
    images = datasets.load("mnist").x_test
    worst: dict[str, float] = {}
    labels_differing = 0
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / "network.json"
        spec.write_text(json.dumps({"title": network.title, "layers": layers(network)}))
        script = Path(__file__).with_suffix(".mjs")
        node = subprocess.Popen(
            [find_node().folder / "node", script, bundle.asset("engine.js"), spec, run.snapshot_path(step)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert node.stdin is not None and node.stdout is not None
        for start in range(0, len(images), CHUNK):
            chunk = images[start : start + CHUNK]
            keras = trace(run.path, step, chunk)
            # From a thread: with both pipes full, each side would wait for the other to read.
            sender = threading.Thread(target=_send, args=(node.stdin, chunk.tobytes()))
            sender.start()
            row = sum(values[0].size for values in keras.values())
            received = np.frombuffer(node.stdout.read(4 * row * len(chunk)), np.float32).reshape(len(chunk), row)
            sender.join()
            sizes = np.cumsum([values[0].size for values in keras.values()])[:-1]
            browser = dict(zip(keras, np.split(received, sizes, axis=1), strict=True))
            for name, values in keras.items():
                difference = np.abs(values.reshape(len(chunk), -1) - browser[name]).max()
                worst[name] = max(worst.get(name, 0.0), float(difference))
            labels_differing += int((keras["output"].argmax(1) != browser["output"].argmax(1)).sum())
        node.stdin.close()
        if node.wait() != 0:
            raise SystemExit("The engine ended with an error; see above.")
    worst_layer = max(worst, key=lambda name: worst[name])
    result = {
        "images": len(images),
        "layers": len(worst),
        "max_abs_diff": worst[worst_layer],
        "labels_differing": labels_differing,
        "worst_layer": worst_layer,
    }
    print(json.dumps(result))


def _send(pipe: IO[bytes], content: bytes) -> None:
    pipe.write(content)
    pipe.flush()


if __name__ == "__main__":
    main()
