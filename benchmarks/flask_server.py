"""The server that benchmarks.server compares with: Flask, and `model.predict` for every request.

    python -m benchmarks.flask_server PORT

POST /: 784 pixels come, the activations of every layer go as a safetensors file, as Strata's trace does it. One model
with every layer as an output, made once, and Flask's own threaded server, as small teaching servers have it.
"""

from __future__ import annotations

import sys

import numpy as np
import safetensors.numpy
from flask import Flask, Response, request


def application() -> Flask:
    """The application; importing Keras takes seconds."""
    import keras

    from model.building import build, set_weights
    from model.runs import PRETRAINED, Run

    run = Run(PRETRAINED)
    network = run.config().network
    model = build(network)
    set_weights(model, run.weights(run.snapshot_steps()[-1]))
    layers = keras.Model(model.inputs, [layer.output for layer in model.layers])
    names = [layer.name for layer in network.layers]
    app = Flask(__name__)

    @app.post("/")
    def show() -> Response:
        pixels = np.frombuffer(request.get_data(), np.uint8).reshape(1, *network.input_shape)
        images = pixels.astype(np.float32) / np.float32(255)
        outputs = layers.predict(images, verbose=0)
        traced = {"input": images[0], **{name: output[0] for name, output in zip(names, outputs, strict=True)}}
        return Response(safetensors.numpy.save(traced), mimetype="application/octet-stream")

    return app


if __name__ == "__main__":
    application().run(host="127.0.0.1", port=int(sys.argv[1]), threaded=True)
