"""Models as people build them in Keras, of many kinds, to be saved as .keras files and brought in as uploads.

Each is built by Keras's own functions, with random weights of a fixed seed, and reads pictures of 28x28x1 to 64x64x3.
Those of keras.applications come without trained weights; the others are the usual small networks of their kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers

Tensor = Any

_CLASSES = 10


def mlp() -> keras.Model:
    """Two dense layers with dropout."""
    return keras.Sequential([
        keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dropout(0.2),
        layers.Dense(64, activation="tanh"), layers.Dense(_CLASSES, activation="softmax"),
    ])  # fmt: skip


def lenet() -> keras.Model:
    """LeCun and others 1998: tanh, average pooling."""
    return keras.Sequential([
        keras.Input((28, 28, 1)), layers.Conv2D(6, 5, padding="same", activation="tanh"), layers.AveragePooling2D(2),
        layers.Conv2D(16, 5, activation="tanh"), layers.AveragePooling2D(2), layers.Flatten(),
        layers.Dense(120, activation="tanh"), layers.Dense(84, activation="tanh"), layers.Dense(_CLASSES),
    ])  # fmt: skip


def vgg_like() -> keras.Model:
    """Blocks of two convolutions and a pool, on 32x32x3 pixels of 0 to 255."""
    model = keras.Sequential([keras.Input((32, 32, 3)), layers.Rescaling(1 / 255)])
    for filters in (16, 32, 64):
        model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(_CLASSES, activation="softmax"))
    return model


def batch_normalized() -> keras.Model:
    """Convolutions without bias, batch normalization, ReLU layers, global average pooling."""
    model = keras.Sequential([keras.Input((28, 28, 1))])
    for filters in (16, 32):
        model.add(layers.Conv2D(filters, 3, use_bias=False))
        model.add(layers.BatchNormalization())
        model.add(layers.ReLU())
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(_CLASSES, activation="softmax"))
    return model


def depthwise_separable() -> keras.Model:
    """Depthwise and separable convolutions with ReLU6, global maximum."""
    return keras.Sequential([
        keras.Input((32, 32, 3)), layers.Conv2D(8, 3, strides=2, padding="same", activation="relu6"),
        layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, activation="relu6"),
        layers.SeparableConv2D(24, 3, padding="same", activation="silu"), layers.MaxPooling2D(),
        layers.SeparableConv2D(32, 3, depth_multiplier=2), layers.LeakyReLU(0.1), layers.GlobalMaxPooling2D(),
        layers.Dense(_CLASSES),
    ])  # fmt: skip


def dilated() -> keras.Model:
    """Windows with holes, wider at each layer, as for segmentation."""
    model = keras.Sequential([keras.Input((28, 28, 1))])
    for rate in (1, 2, 4):
        model.add(layers.Conv2D(12, 3, dilation_rate=rate, padding="same", activation="elu"))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(_CLASSES, activation="softmax"))
    return model


def grouped() -> keras.Model:
    """Xie and others 2017: the maps of a convolution in groups that do not see each other."""
    return keras.Sequential([
        keras.Input((28, 28, 1)), layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2D(32, 3, groups=4, padding="same", activation="relu"), layers.MaxPooling2D(),
        layers.Conv2D(32, 3, groups=8, activation="relu"), layers.GlobalAveragePooling2D(),
        layers.Dense(_CLASSES),
    ])  # fmt: skip


def strided() -> keras.Model:
    """All convolutions: strides in place of pools, as many maps as classes at the end."""
    return keras.Sequential([
        keras.Input((32, 32, 3)), layers.Conv2D(24, 3, strides=2, padding="same", activation="gelu"),
        layers.SpatialDropout2D(0.1), layers.Conv2D(48, 3, strides=2, padding="same", activation="gelu"),
        layers.Conv2D(_CLASSES, 1), layers.GlobalAveragePooling2D(), layers.Softmax(),
    ])  # fmt: skip


def residual() -> keras.Model:
    """He and others 2015: two blocks with their shortcuts, the second by a 1x1 convolution."""
    picture = keras.Input((32, 32, 3))
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(picture)
    for filters, strides in ((16, 1), (32, 2)):
        shortcut = x if strides == 1 else layers.Conv2D(filters, 1, strides=strides)(x)
        y = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
        y = layers.Activation("relu")(layers.BatchNormalization()(y))
        y = layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same", use_bias=False)(y))
        x = layers.ReLU()(layers.Add()([y, shortcut]))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(picture, layers.Dense(_CLASSES, activation="softmax")(x))


def branching() -> keras.Model:
    """Szegedy and others 2014: four branches side by side, put behind each other."""
    picture = keras.Input((28, 28, 1))
    x = layers.Conv2D(16, 3, activation="relu")(picture)
    for _ in range(2):
        branches = [
            layers.Conv2D(8, 1, padding="same", activation="relu")(x),
            layers.Conv2D(8, 3, padding="same", activation="relu")(layers.Conv2D(4, 1, activation="relu")(x)),
            layers.Conv2D(8, 5, padding="same", activation="relu")(layers.Conv2D(4, 1, activation="relu")(x)),
            layers.Conv2D(8, 1, activation="relu")(layers.MaxPooling2D(3, strides=1, padding="same")(x)),
        ]
        x = layers.MaxPooling2D()(layers.Concatenate()(branches))
    return keras.Model(picture, layers.Dense(_CLASSES, activation="softmax")(layers.Flatten()(x)))


def squeeze_and_excite() -> keras.Model:
    """Hu and others 2017: each map times what it is worth."""
    picture = keras.Input((32, 32, 3))
    x = layers.Conv2D(24, 3, padding="same", activation="silu")(picture)
    worth = layers.GlobalAveragePooling2D(keepdims=True)(x)
    worth = layers.Conv2D(24, 1, activation="sigmoid")(layers.Conv2D(6, 1, activation="silu")(worth))
    x = layers.MaxPooling2D(4)(layers.Multiply()([x, worth]))
    return keras.Model(picture, layers.Dense(_CLASSES)(layers.Flatten()(x)))


def nested_augmented() -> keras.Model:
    """A model within a model, augmentation before it, arithmetic on tensors, one sigmoid unit for two classes."""
    augmentation = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)])
    base = keras.Sequential([
        keras.Input((48, 48, 3)), layers.ZeroPadding2D(((1, 2), (0, 3))), layers.Conv2D(12, 5, strides=2),
        layers.LeakyReLU(), layers.UpSampling2D(2), layers.MaxPooling2D(4),
    ])  # fmt: skip
    picture = keras.Input((48, 48, 3))
    x = base(augmentation(picture))
    x = keras.ops.relu(x * 0.5 + 0.1)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(picture, layers.Dense(1, activation="sigmoid")(x))


def attention() -> keras.Model:
    """Dosovitskiy and others 2020 in small: patches as tokens, two blocks of attention."""
    picture = keras.Input((28, 28, 1))
    x = layers.Conv2D(32, 4, strides=4)(picture)
    x = layers.Reshape((49, 32))(x)
    for _ in range(2):
        y = layers.LayerNormalization(epsilon=1e-6)(x)
        x = layers.Add()([x, layers.MultiHeadAttention(4, 8)(y, y)])
        y = layers.LayerNormalization(epsilon=1e-6)(x)
        x = layers.Add()([x, layers.Dense(32)(layers.Dense(64, activation="gelu")(y))])
    x = layers.GlobalAveragePooling1D()(layers.LayerNormalization(epsilon=1e-6)(x))
    return keras.Model(picture, layers.Dense(_CLASSES, activation="softmax")(x))


def mixer_like() -> keras.Model:
    """Liu and others 2022, Trockman and Kolter 2022: patches, large depthwise windows, GELU, layer normalization."""
    picture = keras.Input((32, 32, 3))
    x = layers.Conv2D(32, 4, strides=4, activation="gelu")(picture)
    for _ in range(2):
        y = layers.DepthwiseConv2D(5, padding="same")(x)
        y = layers.LayerNormalization(epsilon=1e-6)(y)
        x = layers.Add()([x, layers.Dense(32)(layers.Dense(64, activation="gelu")(y))])
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(picture, layers.Dense(_CLASSES, activation="softmax")(x))


def rows_as_time() -> keras.Model:
    """A recurrent network that reads a picture row by row."""
    return keras.Sequential([
        keras.Input((28, 28, 1)), layers.Reshape((28, 28)), layers.LSTM(32), layers.Dense(_CLASSES, "softmax"),
    ])  # fmt: skip


def _application(name: str, **options: Any) -> Callable[[], keras.Model]:
    """One of keras.applications on 64x64x3 pictures, without trained weights."""
    make = getattr(keras.applications, name)
    return lambda: make(input_shape=(64, 64, 3), weights=None, classes=_CLASSES, **options)


ARCHITECTURES: dict[str, Callable[[], keras.Model]] = {
    **{make.__name__: make for make in (mlp, lenet, vgg_like, batch_normalized, depthwise_separable, dilated, grouped,
                                        strided, residual, branching, squeeze_and_excite, nested_augmented, attention,
                                        mixer_like, rows_as_time)},
    "mobilenet": _application("MobileNet", alpha=0.25),
    "mobilenet_v2": _application("MobileNetV2", alpha=0.35),
    "mobilenet_v3_small": _application("MobileNetV3Small"),
    "efficientnet_b0": _application("EfficientNetB0"),
    "densenet121": _application("DenseNet121"),
    "resnet50": _application("ResNet50"),
}  # fmt: skip
"""By name, what builds them."""


def built(name: str) -> keras.Model:
    """The architecture with weights of a fixed seed, its batch normalizations as after some training."""
    keras.utils.set_random_seed(sum(map(ord, name)))
    model = ARCHITECTURES[name]()
    random = np.random.default_rng(0)
    for layer in _every(model):
        if isinstance(layer, layers.BatchNormalization):
            for variable in layer.weights:
                low, high = (0.5, 1.5) if variable.name in ("gamma", "moving_variance") else (-0.2, 0.2)
                variable.assign(random.uniform(low, high, variable.shape).astype(np.float32))
    return model


def _every(model: keras.Model) -> list[keras.Layer]:
    """All layers, those of models within it too."""
    return [inner for layer in model.layers for inner in (_every(layer) if isinstance(layer, keras.Model) else [layer])]
