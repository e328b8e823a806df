import numpy as np
from engine.tensor import Tensor

if __name__ == "__main__":
    Tensor(np.array([3.0])).backward()
