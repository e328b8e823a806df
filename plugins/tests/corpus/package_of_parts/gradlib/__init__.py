from gradlib import functional
from gradlib.mode import no_grad
from gradlib.tensor import Tensor
