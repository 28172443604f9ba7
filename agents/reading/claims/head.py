"""A small linear head on sentence vectors: softmax regression with balanced classes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.base import Frozen

Matrix = NDArray[np.float64]


class LinearHead(Frozen, arbitrary_types_allowed=True):
    """Weights over standardised features; `labels` name the columns."""

    labels: tuple[str, ...]
    weights: Matrix
    bias: Matrix

    def probabilities(self, features: Matrix) -> Matrix:
        """Shape (rows, labels), each row summing to one."""
        return softmax(features @ self.weights + self.bias)


def softmax(scores: Matrix) -> Matrix:
    """Row-wise."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def train(features: Matrix, labels: Sequence[str], names: Sequence[str], *, l2: float, rounds: int = 300) -> LinearHead:
    """Nesterov's method on the full batch; deterministic. Every class weighs the same, however many examples it has."""
    target = np.array([names.index(label) for label in labels])
    counts = np.bincount(target, minlength=len(names))
    weight = (1 / np.maximum(counts, 1))[target]
    weight = weight / weight.sum()
    wanted = np.eye(len(names))[target]
    curvature = 0.5 * np.linalg.eigvalsh((features * weight[:, None]).T @ features)[-1] + l2 + 0.5
    step = 1 / float(curvature)
    weights = np.zeros((features.shape[1], len(names)))
    bias = np.zeros(len(names))
    ahead_weights, ahead_bias, momentum = weights.copy(), bias.copy(), 1.0
    for _ in range(rounds):
        error = (softmax(features @ ahead_weights + ahead_bias) - wanted) * weight[:, None]
        next_weights = ahead_weights - step * (features.T @ error + l2 * ahead_weights)
        next_bias = ahead_bias - step * error.sum(axis=0)
        next_momentum = (1 + np.sqrt(1 + 4 * momentum * momentum)) / 2
        push = (momentum - 1) / next_momentum
        ahead_weights = next_weights + push * (next_weights - weights)
        ahead_bias = next_bias + push * (next_bias - bias)
        weights, bias, momentum = next_weights, next_bias, float(next_momentum)
    return LinearHead(labels=tuple(names), weights=weights, bias=bias)
