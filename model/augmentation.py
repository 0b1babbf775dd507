"""Training images moved, turned and resized a little, anew at every step: the network learns not to mind."""

from __future__ import annotations

import math

import tensorflow as tf

from model.settings import Settings


def augments(settings: Settings) -> bool:
    """Whether these settings change training images at all."""
    return bool(settings.shift_pixels or settings.rotation_degrees or settings.scale_percent)


def augmented(pixels: tf.Tensor, settings: Settings, step: tf.Tensor) -> tf.Tensor:
    """Each picture shifted, turned about its centre and resized by amounts drawn evenly within the settings.

    pixels: float32 (batch, rows, columns, channels), background 0; the result has the same shape, bilinear between
    pixels. The draw is a pure function of the settings' seed and of `step`, int32: a resumed run draws the same.
    """
    batch, (rows, columns) = tf.shape(pixels)[0], pixels.shape[1:3]
    draws = tf.random.stateless_uniform([4, batch], tf.stack([settings.seed, step]), -1.0, 1.0)
    angle = draws[0] * math.radians(settings.rotation_degrees)
    scale = 1.0 + draws[1] * settings.scale_percent / 100.0
    centre_x, centre_y = (columns - 1) / 2, (rows - 1) / 2
    to_x, to_y = centre_x + draws[2] * settings.shift_pixels, centre_y + draws[3] * settings.shift_pixels
    # The operation asks, for every output pixel, where in the input it comes from: the inverse of the movement.
    cosine, sine = tf.cos(angle) / scale, tf.sin(angle) / scale
    zero = tf.zeros_like(angle)
    from_x = centre_x - cosine * to_x + sine * to_y
    from_y = centre_y - sine * to_x - cosine * to_y
    transforms = tf.stack([cosine, -sine, from_x, sine, cosine, from_y, zero, zero], axis=1)  # (batch, 8)
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=pixels,
        transforms=transforms,
        output_shape=[rows, columns],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
    return tf.ensure_shape(moved, pixels.shape)
