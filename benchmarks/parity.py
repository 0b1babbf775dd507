"""The browser's forward pass against Keras: all 10,000 MNIST test images, every layer; and random networks.

    python -m benchmarks.parity

Runs the built engine.js in Node: on the pretrained network's weights, and on the networks of benchmarks.parity_cases,
which says how those are drawn. Keys: images, layers, max_abs_diff (the largest difference of any activation of any
layer, input to output), labels_differing (images that the two read differently), worst_layer; layer_types and
activations (how many the engine claims, every one of them drawn), random_cases (networks, on two pictures each), graphs
(those of them with branches), random_max_abs_diff, random_max_diff (the same as a share of values beyond 1 in size: the
exponential makes some of which float32 has no fifth decimal) and random_worst_case. Needs MNIST, from STRATA_MNIST or
Keras's cache.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import keras
import numpy as np
import safetensors.numpy

from benchmarks import parity_cases
from data import datasets
from model.building import build, set_weights
from model.networks import INPUT, Network
from model.runs import PRETRAINED, Run
from model.tracing import trace
from visualization import bundle
from visualization.node import find_node
from visualization.scene import layers

CHUNK = 200  # images; 31 MB of activations
PICTURES = 2  # of noise, for each random network


@contextlib.contextmanager
def engine(pictures: int, networks: list[Network], weights: list[Path]) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Node with parity.mjs: where it reads `pictures` pictures for each network, and where it writes activations."""
    with tempfile.TemporaryDirectory() as folder:
        files: list[Path] = []
        for place, (network, file) in enumerate(zip(networks, weights, strict=True)):
            spec = Path(folder) / f"{place}.json"
            spec.write_text(json.dumps({"title": network.title, "layers": layers(network)}))
            files += [spec, file]
        script = Path(__file__).with_suffix(".mjs")
        node = subprocess.Popen(
            [find_node().folder / "node", script, bundle.asset("engine.js"), str(pictures), *files],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert node.stdin is not None and node.stdout is not None
        yield node.stdin, node.stdout
        node.stdin.close()
        if node.wait() != 0:
            raise SystemExit("The engine ended with an error; see above.")


def exchange(
    pipes: tuple[IO[bytes], IO[bytes]], pixels: np.ndarray, like: Mapping[str, np.ndarray]
) -> list[np.ndarray]:
    """The engine's activations for `pixels`, shaped as Keras's in `like`; both have the batch first."""
    # From a thread: with both pipes full, each side would wait for the other to read.
    sender = threading.Thread(target=_send, args=(pipes[0], pixels.tobytes()))
    sender.start()
    sizes = [values[0].size for values in like.values()]
    content = pipes[1].read(4 * sum(sizes) * len(pixels))
    received = np.frombuffer(content, np.float32).reshape(len(pixels), sum(sizes))
    sender.join()
    parts = np.split(received, np.cumsum(sizes)[:-1], axis=1)
    return [part.reshape(values.shape) for part, values in zip(parts, like.values(), strict=True)]


def mnist() -> dict[str, object]:
    """All test images through the pretrained network."""
    run = Run(PRETRAINED)
    step = run.snapshot_steps()[-1]
    images = datasets.load("mnist").x_test
    worst: dict[str, float] = {}
    labels_differing = 0
    with engine(len(images), [run.config().network], [run.snapshot_path(step)]) as pipes:
        for start in range(0, len(images), CHUNK):
            chunk = images[start : start + CHUNK]
            keras_values = trace(run.path, step, chunk)
            browser = dict(zip(keras_values, exchange(pipes, chunk, keras_values), strict=True))
            for name, values in keras_values.items():
                worst[name] = max(worst.get(name, 0.0), float(np.abs(values - browser[name]).max()))
            labels_differing += int((keras_values["output"].argmax(1) != browser["output"].argmax(1)).sum())
    worst_layer = max(worst, key=lambda name: worst[name])
    return {
        "images": len(images),
        "layers": len(worst),
        "max_abs_diff": worst[worst_layer],
        "labels_differing": labels_differing,
        "worst_layer": worst_layer,
    }


def random_networks() -> dict[str, object]:
    """Noise through every random network and every graph."""
    networks = list(parity_cases.networks())
    worst: dict[str, float] = {}
    largest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        weights = [parity_cases.weights(network, seed) for seed, network in enumerate(networks)]
        files = [Path(folder) / f"{place}.safetensors" for place in range(len(networks))]
        for file, tensors in zip(files, weights, strict=True):
            safetensors.numpy.save_file(tensors, file)
        random = np.random.default_rng(0)
        with engine(PICTURES, networks, files) as pipes:
            for network, tensors in zip(networks, weights, strict=True):
                pixels = random.integers(0, 256, (PICTURES, *network.input_shape), dtype=np.uint8)
                expected = keras_activations(network, tensors, pixels)
                received = exchange(pipes, pixels, expected)
                for keras_values, values in zip(expected.values(), received, strict=True):
                    differences = np.abs(keras_values - values)
                    largest = max(largest, float(differences.max()))
                    shares = differences / np.maximum(1, np.abs(keras_values))
                    worst[network.title] = max(worst.get(network.title, 0.0), float(shares.max()))
    worst_case = max(worst, key=lambda title: worst[title])
    return {
        "layer_types": len(parity_cases.COMPUTED),
        "activations": len(parity_cases.ACTIVATIONS),
        "random_cases": len(networks),
        "graphs": sum(not network.is_chain for network in networks),
        "random_max_abs_diff": largest,
        "random_max_diff": worst[worst_case],
        "random_worst_case": worst_case,
    }


def keras_activations(network: Network, weights: Mapping[str, np.ndarray], pixels: np.ndarray) -> dict[str, np.ndarray]:
    """float32 by layer, the batch first; called layer by layer, since compiling each network takes 0.3 s."""
    model = build(network)
    set_weights(model, weights)
    values = {INPUT: keras.ops.convert_to_tensor(pixels.astype(np.float32) / np.float32(255))}
    for placed in network.placed():
        read = [values[name] for name in placed.inputs]
        layer = model.get_layer(placed.layer.name)
        values[placed.layer.name] = layer(read if len(read) > 1 else read[0], training=False)
    return {name: np.asarray(tensor) for name, tensor in values.items()}


def _send(pipe: IO[bytes], content: bytes) -> None:
    pipe.write(content)
    pipe.flush()


def main() -> None:
    """Compare and print."""
    bundle.build(lambda line: None)
    print(json.dumps(mnist() | random_networks()))


if __name__ == "__main__":
    main()
