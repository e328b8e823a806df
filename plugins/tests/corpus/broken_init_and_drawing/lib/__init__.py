raise RuntimeError("needs a GPU")
