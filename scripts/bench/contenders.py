"""The work that nnlib's example `bench` times, in Python: `contenders.py LIBRARY WORK` prints its seconds.

What is made ready beforehand does not count: imports, data, and compilation, which a first run of the same work takes
upon itself.
"""

import gzip
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parents[2] / "nnlib" / "data"
PASSES = 20_000
RATE = 0.01
L2 = 0.01


def moons() -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import make_moons

    np.random.seed(0)
    return make_moons(200, noise=0.20)


def parameters(h: int) -> tuple[np.ndarray, ...]:
    np.random.seed(0)
    return np.random.randn(2, h) / np.sqrt(2), np.zeros((1, h)), np.random.randn(h, 2) / np.sqrt(h), np.zeros((1, 2))


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def numpy_moons(h: int) -> float:
    x, y = moons()
    w1, b1, w2, b2 = parameters(h)

    def train() -> None:
        nonlocal w1, b1, w2, b2
        for _ in range(PASSES):
            a1 = np.tanh(x @ w1 + b1)
            scores = np.exp(a1 @ w2 + b2)
            delta3 = scores / scores.sum(axis=1, keepdims=True)
            delta3[range(len(x)), y] -= 1
            dw2 = a1.T @ delta3 + L2 * w2
            db2 = delta3.sum(axis=0, keepdims=True)
            delta2 = delta3 @ w2.T * (1 - a1**2)
            dw1 = x.T @ delta2 + L2 * w1
            db1 = delta2.sum(axis=0, keepdims=True)
            w1 = w1 - RATE * dw1
            b1 = b1 - RATE * db1
            w2 = w2 - RATE * dw2
            b2 = b2 - RATE * db2

    return seconds(train)


def sklearn_moons(h: int) -> float:
    """Full batches of plain gradient descent: the mean loss, its rate and its penalty as scikit-learn counts them."""
    from sklearn.neural_network import MLPClassifier

    x, y = moons()
    model = MLPClassifier(
        (h,), activation="tanh", solver="sgd", alpha=L2, batch_size=200, learning_rate_init=RATE * 200, momentum=0,
        nesterovs_momentum=False, max_iter=PASSES, tol=0, n_iter_no_change=PASSES, shuffle=False, random_state=0,
    )  # fmt: skip
    elapsed = seconds(lambda: model.fit(x, y))
    assert model.n_iter_ == PASSES, model.n_iter_
    return elapsed


def jax_moons(h: int) -> float:
    """All passes in one compiled loop, with the gradient that JAX derives."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    x, y = moons()

    def loss(p):
        w1, b1, w2, b2 = p
        log_p = jax.nn.log_softmax(jnp.tanh(x @ w1 + b1) @ w2 + b2)
        return -log_p[jnp.arange(len(x)), y].sum() + L2 / 2 * ((w1**2).sum() + (w2**2).sum())

    def step(_, p):
        return jax.tree.map(lambda value, gradient: value - RATE * gradient, p, jax.grad(loss)(p))

    train = jax.jit(lambda p: jax.lax.fori_loop(0, PASSES, step, p))
    jax.block_until_ready(train(parameters(h)))
    return seconds(lambda: jax.block_until_ready(train(parameters(h))))


def idx(name: str, header: int) -> np.ndarray:
    with gzip.open(DATA / f"{name}.gz") as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def keras_digits(backend: str) -> float:
    os.environ["KERAS_BACKEND"] = backend
    import keras
    from keras import layers

    x = idx("train-images-idx3-ubyte", 16).reshape(-1, 28, 28, 1).astype("float32") / 255
    y = idx("train-labels-idx1-ubyte", 8).astype("int32")
    assert len(x) == len(y) == 8000
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(4, 5, activation="tanh"),
            layers.Conv2D(8, 3, activation="tanh"),
            layers.MaxPooling2D(),
            layers.Conv2D(16, 3, activation="tanh"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(128, activation="tanh"),
            layers.Dense(10),
        ]
    )
    assert model.count_params() == 35_754
    rate = keras.optimizers.schedules.InverseTimeDecay(0.05, 1, 1e-6)
    model.compile(
        keras.optimizers.SGD(rate, momentum=0.9, nesterov=True),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )

    def epoch() -> None:
        model.fit(x, y, batch_size=100, epochs=1, verbose=0)

    epoch()
    return seconds(epoch)


def numpy_gaussians() -> float:
    rng = np.random.RandomState(0)
    return seconds(lambda: rng.randn(10_000_000).sum())


CONTENDERS: dict[tuple[str, str], Callable[[], float]] = {
    ("NumPy", "moons-3"): lambda: numpy_moons(3),
    ("NumPy", "moons-50"): lambda: numpy_moons(50),
    ("scikit-learn", "moons-3"): lambda: sklearn_moons(3),
    ("scikit-learn", "moons-50"): lambda: sklearn_moons(50),
    ("JAX", "moons-3"): lambda: jax_moons(3),
    ("JAX", "moons-50"): lambda: jax_moons(50),
    ("Keras on JAX", "digits"): lambda: keras_digits("jax"),
    ("Keras on TensorFlow", "digits"): lambda: keras_digits("tensorflow"),
    ("NumPy", "gaussians"): numpy_gaussians,
}

if __name__ == "__main__":
    print(CONTENDERS[sys.argv[1], sys.argv[2]]())
