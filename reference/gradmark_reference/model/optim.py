"""Optimizers: what moves leaves against their gradients."""

from __future__ import annotations

from collections.abc import Iterable

from .modes import no_grad
from .tensor import Tensor


class SGD:
    """Stochastic gradient descent: every step goes a rate times the gradient downhill."""

    def __init__(self, params: Iterable[Tensor], lr: float = 1e-3) -> None:
        self.params, self.lr = list(params), lr
        if not self.params:
            raise ValueError("optimizer got an empty parameter list")
        if lr < 0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not all(param.is_leaf for param in self.params):
            raise ValueError("can't optimize a non-leaf Tensor")

    def step(self) -> None:
        """Move every parameter that has a gradient."""
        with no_grad():
            for param in self.params:
                if param.grad is not None:
                    param.sub_(param.grad * self.lr)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Clear the gradients of all parameters."""
        for param in self.params:
            if set_to_none:
                param.grad = None
            elif param.grad is not None:
                param.grad.zero_()
