from minigrad.datasets import load_all
from minigrad.engine import Value
