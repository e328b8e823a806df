def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, side in enumerate(shape):
        if side == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad
