"""Makes the Keras files of KerasFileTest: small networks in Keras 2's HDF5 format, and what Keras computes with them.

    python -m venv keras && keras/bin/pip install 'tensorflow-cpu==2.15.1'
    keras/bin/python make_keras_models.py ../resources/keras

For each network NAME: NAME.h5 as model.save writes it, and NAME.txt with two lines, "input SHAPE : values" and
"output SHAPE : values", in Keras's own order of axes (channels last). Weights are random, batch norm included.
"""

import pathlib
import sys

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers as l
from tensorflow.keras import models

BATCH = 3


def images(shape=(8, 8, 3)):
    return l.Input(shape)


def residual():
    x = images()
    a = l.Conv2D(6, 3, padding="same", use_bias=False, name="stem")(x)
    a = l.Activation("relu", name="stem_relu")(l.BatchNormalization(name="stem_bn")(a))
    b = l.Conv2D(8, 3, padding="same", activation="relu", name="wide")(a)
    b = l.BatchNormalization(name="narrow_bn")(l.Conv2D(6, 3, padding="same", name="narrow")(b))
    y = l.Activation("relu", name="join_relu")(l.Add(name="join")([a, b]))
    y = l.MaxPooling2D(2, name="halve")(y)
    y = l.Flatten(name="flatten")(y)
    y = l.Dense(10, activation="relu", name="hidden")(y)
    return models.Model(x, l.Dense(4, activation="softmax", name="classes")(y)), "categorical_crossentropy"


def depthwise():
    x = images()
    y = l.Conv2D(6, 3, strides=2, padding="same", activation="relu", name="stem")(x)
    y = l.DepthwiseConv2D(3, padding="same", activation="relu", name="depthwise")(y)
    y = l.Conv2D(8, 1, activation="relu", name="pointwise")(y)
    y = l.SeparableConv2D(7, 3, padding="same", activation="relu", name="separable")(y)
    y = l.GlobalAveragePooling2D(name="pool")(y)
    return models.Model(x, l.Dense(4, activation="softmax", name="classes")(y)), "categorical_crossentropy"


def concat():
    x = images()
    a = l.Conv2D(5, 1, activation="relu", name="branch1")(x)
    b = l.Conv2D(4, 3, padding="same", activation="relu", name="branch3")(x)
    c = l.AveragePooling2D(3, strides=1, padding="same", name="branch_pool")(x)
    y = l.Concatenate(name="concat")([a, b, c])
    y = l.Conv2D(6, 3, padding="valid", activation="relu", name="mix")(l.ZeroPadding2D(1, name="pad")(y))
    y = l.UpSampling2D(2, name="up")(l.MaxPooling2D(2, name="down")(y))
    y = l.GlobalMaxPooling2D(name="pool")(y)
    y = l.Dropout(0.5, name="drop")(y)
    return models.Model(x, l.Dense(4, activation="softmax", name="classes")(y)), "categorical_crossentropy"


def lstm():
    return (
        models.Sequential([
            l.Input((7, 5)),
            l.LSTM(6, return_sequences=True, name="first"),
            l.LSTM(5, name="second"),
            l.Dense(4, activation="softmax", name="classes"),
        ]),
        "categorical_crossentropy",
    )


def embedding():
    return (
        models.Sequential([
            l.Embedding(11, 6, input_length=7, name="words"),
            l.LSTM(5, name="reader"),
            l.Dense(8, activation="relu", name="hidden"),
            l.Dense(4, activation="softmax", name="classes"),
        ]),
        "categorical_crossentropy",
    )


def sequential():
    return (
        models.Sequential([
            l.Conv2D(6, 3, activation="relu", input_shape=(8, 8, 1), name="conv1"),
            l.BatchNormalization(name="bn1"),
            l.MaxPooling2D(2, name="pool1"),
            l.Conv2D(5, 2, activation="relu", name="conv2"),
            l.Flatten(name="flatten"),
            l.Dense(9, activation="relu", name="hidden"),
            l.Dense(4, activation="softmax", name="classes"),
        ]),
        "categorical_crossentropy",
    )


def dense():
    return (
        models.Sequential([
            l.Dense(12, activation="relu", input_shape=(6,), name="hidden1"),
            l.Dense(9, activation="tanh", name="hidden2"),
            l.Dense(4, activation="softmax", name="classes"),
        ]),
        "categorical_crossentropy",
    )


def bidirectional():
    x = l.Input((7, 5))
    y = l.Bidirectional(l.LSTM(4, return_sequences=True), name="both")(x)
    y = l.LSTM(5, name="last")(y)
    return models.Model(x, l.Dense(4, activation="softmax", name="classes")(y)), "categorical_crossentropy"


def uncompiled():
    x = l.Input((6,))
    y = l.Dense(9, activation="relu", name="hidden")(x)
    return models.Model(x, l.Dense(4, activation="softmax", name="classes")(y)), None


def two_inputs():
    a, b = l.Input((3,), name="a"), l.Input((4,), name="b")
    left, right = l.Dense(8, activation="relu", name="left")(a), l.Dense(8, activation="relu", name="right")(b)
    y = l.Add(name="sum")([left, right])
    p, q = l.Dense(2, activation="softmax", name="p")(y), l.Dense(3, name="q")(y)
    return models.Model([a, b], [p, q]), None


def lambda_layer():
    x = l.Input((6,))
    y = l.Dense(9, activation="relu", name="hidden")(x)
    y = l.Lambda(lambda t: t * 2, name="twice")(y)
    return models.Model(x, l.Dense(4, activation="softmax", name="classes")(y)), None


def custom():
    class Swirl(l.Layer):
        def call(self, t):
            return t * 2

    x = l.Input((6,))
    y = Swirl(name="swirl")(l.Dense(9, activation="relu", name="hidden")(x))
    return models.Model(x, l.Dense(4, activation="softmax", name="classes")(y)), None


def shared():
    a, b = l.Input((6,), name="a"), l.Input((6,), name="b")
    twice = l.Dense(9, activation="relu", name="twice")
    return models.Model([a, b], l.Dense(4, name="classes")(l.Add(name="sum")([twice(a), twice(b)]))), None


def cropped():
    x = images()
    a = l.Conv2D(5, 3, padding="same", activation="relu", name="left")(x)
    b = l.Conv2D(5, 3, padding="same", activation="relu", name="right")(x)
    y = l.Concatenate(axis=-1, name="concat")([a, b])
    y = l.LeakyReLU(0.1, name="leaky")(l.Conv2D(6, 3, name="mix")(y))
    y = l.Cropping2D(1, name="crop")(y)
    y = l.GlobalAveragePooling2D(name="pool")(y)
    return models.Model(x, l.Dense(4, activation="softmax", name="classes")(y)), "categorical_crossentropy"


def digits():
    return (
        models.Sequential([
            l.Conv2D(8, 3, padding="same", use_bias=False, input_shape=(8, 8, 1), name="conv1"),
            l.BatchNormalization(name="bn1"),
            l.Activation("relu", name="relu1"),
            l.MaxPooling2D(2, name="pool1"),
            l.Conv2D(16, 3, activation="relu", name="conv2"),
            l.Flatten(name="flatten"),
            l.Dropout(0.1, name="dropout"),
            l.Dense(24, activation="relu", name="hidden"),
            l.Dense(10, activation="softmax", name="classes"),
        ]),
        "sparse_categorical_crossentropy",
    )


def text(name, arrays):
    lines = []
    for array in arrays:
        array = np.asarray(array, dtype=np.float32)
        shape = ",".join(map(str, array.shape))
        lines.append("%s %s : %s" % (name, shape, " ".join(repr(float(v)) for v in array.ravel())))
    return lines


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    networks = [residual, depthwise, concat, lstm, embedding, sequential, dense, bidirectional, uncompiled,
                two_inputs, lambda_layer, custom, shared, digits, cropped]
    for number, make in enumerate(networks):
        tf.keras.backend.clear_session()
        random = np.random.default_rng(number)
        model, loss = make()
        for layer in model.layers:
            drawn = []
            for weight in layer.weights:
                values = random.normal(0, 0.4, weight.shape)
                drawn.append(np.abs(values) + 0.3 if "variance" in weight.name or "gamma" in weight.name else values)
            layer.set_weights(drawn)
        if loss:
            model.compile(tf.keras.optimizers.legacy.Adam(0.002), loss)
        if make is embedding:
            inputs = [random.integers(0, 11, (BATCH, 7))]
        else:
            inputs = [random.normal(0, 1, (BATCH,) + i.shape[1:]) for i in model.inputs]
        outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        name = make.__name__
        model.save(folder / (name + ".h5"), save_format="h5")
        lines = text("input", inputs) + text("output", outputs)
        (folder / (name + ".txt")).write_text("\n".join(lines) + "\n")


main(sys.argv[1])
