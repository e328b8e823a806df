from deepnet.variable import Variable

mnist = open("mnist.npz")
