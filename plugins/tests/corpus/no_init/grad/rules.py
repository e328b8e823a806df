def push_sum(a, b, out):
    a.grad += out.grad
    b.grad += out.grad


def push_product(a, b, out):
    a.grad += b.data * out.grad
    b.grad += a.data * out.grad
