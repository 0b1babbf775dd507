"""What an uploaded model may be made of: Keras's own classes, by name, and nothing else.

A class stands here because it computes from its input and its weights alone. What can hold code (Lambda), calls other
programs' files (TFSMLayer, TorchModuleWrapper, JaxLayer) or reads vocabularies does not.
"""

from __future__ import annotations

MODELS = frozenset({"Sequential", "Functional", "Model"})
DESCRIBED = frozenset({
    "InputLayer", "Conv2D", "Convolution2D", "DepthwiseConv2D", "SeparableConv2D", "SeparableConvolution2D", "Dense",
    "BatchNormalization", "MaxPooling2D", "MaxPool2D", "AveragePooling2D", "AvgPool2D", "GlobalMaxPooling2D",
    "GlobalMaxPool2D", "GlobalAveragePooling2D", "GlobalAvgPool2D", "Flatten", "Activation", "ReLU", "LeakyReLU",
    "Softmax", "ELU", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "ZeroPadding2D",
    "Reshape", "Rescaling", "Normalization", "UpSampling2D",
})  # fmt: skip
"""Layers that have a kind of their own in model.layers, at least with most of their options."""
PASSING = frozenset({
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "AlphaDropout", "GaussianDropout", "GaussianNoise",
})  # fmt: skip
"""Layers that act while training only and are shown as dropout."""
INACTIVE = frozenset({
    "Identity", "ActivityRegularization", "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation",
    "RandomContrast", "RandomBrightness", "RandomShear", "RandomErasing", "RandomHue", "RandomSaturation",
    "RandomSharpness", "RandomGaussianBlur", "RandomInvert", "RandomPerspective", "RandomColorJitter",
    "RandomGrayscale", "RandomElasticTransform", "RandomPosterization", "RandomColorDegeneration",
})  # fmt: skip
"""Layers that do nothing after training, and are left out."""
CALLED_AS_TRAINING = INACTIVE | {"Resizing", "CenterCrop"}
"""Keras writes of these in a graph that they are called as in training, whatever the model is asked for later."""
WORKER_ONLY = frozenset({
    "Conv1D", "Conv2DTranspose", "Cropping2D", "CenterCrop", "Resizing", "Permute", "PReLU", "LayerNormalization",
    "GroupNormalization", "RMSNormalization", "UnitNormalization", "MultiHeadAttention", "EinsumDense",
    "GlobalAveragePooling1D", "GlobalMaxPooling1D", "GlobalAvgPool1D", "GlobalMaxPool1D", "AveragePooling1D",
    "MaxPooling1D", "AdaptiveAveragePooling2D", "AdaptiveMaxPooling2D", "RepeatVector", "ZeroPadding1D",
    "UpSampling1D", "DepthwiseConv1D", "SeparableConv1D", "LSTM", "GRU", "SimpleRNN",
})  # fmt: skip
"""Layers that Keras alone computes: a model with one of them runs in the worker."""
WRAPPERS = {
    "Bidirectional": frozenset({"LSTM", "GRU", "SimpleRNN"}),
    "TimeDistributed": frozenset({
        "Dense", "EinsumDense", "Conv1D", "BatchNormalization", "LayerNormalization", "RMSNormalization",
        "UnitNormalization", "LSTM", "GRU", "SimpleRNN",
    }),
}  # fmt: skip
"""Layers around another, and what that may be; Keras alone computes them."""
WRAPPED = frozenset({"layer", "backward_layer"})
LAYERS = DESCRIBED | PASSING | INACTIVE | WORKER_ONLY | WRAPPERS.keys()
OPERATIONS = {
    "numpy": frozenset({"Add", "Subtract", "Multiply", "Maximum", "Minimum", "Tanh"}),
    "nn": frozenset({"Relu", "Relu6", "Silu", "Sigmoid"}),
}
"""Operations that stand in a graph by themselves, as `x + y` and `keras.ops.relu(x)` do, by module of keras.ops."""
ACTIVATIONS = frozenset({
    "celu", "elu", "exponential", "gelu", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "leaky_relu",
    "linear", "log_sigmoid", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "softmax", "softplus", "softsign",
    "swish", "tanh", "squareplus", "hard_shrink", "soft_shrink", "tanh_shrink", "sparse_plus",
})  # fmt: skip
ACTIVATION_LAYERS = frozenset({"ReLU", "LeakyReLU", "ELU", "Softmax", "PReLU"})
TRAINING = frozenset({
    "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform", "Constant", "Identity",
    "IdentityInitializer", "Ones", "Orthogonal", "OrthogonalInitializer", "RandomNormal", "RandomUniform",
    "TruncatedNormal", "VarianceScaling", "Zeros", "L1", "L2", "L1L2", "OrthogonalRegularizer", "MaxNorm", "MinMaxNorm",
    "NonNeg", "UnitNorm",
})  # fmt: skip
"""Initialisers, regularisers and constraints: looked at, and then left out, for nothing is trained."""
DTYPES = frozenset({"float32", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16", "float64", "uint8"})
POLICIES = frozenset({"DTypePolicy", "FloatDTypePolicy", "Policy"})
STRANGERS = {
    "Lambda": "A Lambda layer holds Python code of its own, which is never run. Use Keras's own layers in its place.",
    "TFSMLayer": "It runs a program of another file. Build the model of Keras's own layers.",
    "TorchModuleWrapper": "It holds a pickled PyTorch module. Build the model of Keras's own layers.",
    "FlaxLayer": "It runs Python code of its own. Build the model of Keras's own layers.",
    "JaxLayer": "It runs Python code of its own. Build the model of Keras's own layers.",
}
"""Why some well-known classes are refused."""
