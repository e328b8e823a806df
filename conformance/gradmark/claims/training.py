"""What the documents say about training."""

from gradmark.claims.claim import detail, must, should

CLAIMS = (
    should(
        "training.sgd-step",
        "At the rate 0.1 and with the gradient 2, a step takes 1 to 0.8.",
        "000:160-161",
        "value",
    ),
    should(
        "training.sgd-step-keeps-leaf",
        (
            "An optimizer's step changes values in place; the leaf stays tracked and keeps "
            "its gradient."
        ),
        "000:160-161",
    ),
    detail(
        "training.print-optimizer",
        "An optimizer prints its class and settings.",
        "000:163",
    ),
    should(
        "training.parameters-get-updated",
        "With the gradients of backward, an optimizer changes parameters so that the loss falls.",
        "000:158 003:6 003:337 003:359",
    ),
    must(
        "training.gradient-descent-case",
        "The fit of a line through noisy multiples of 1.5 comes to about 1.55 in thirty rounds.",
        "003:510-544",
        "value",
    ),
    must(
        "training.converges-to-least-squares",
        (
            "Gradient descent on the mean squared error goes to sum(xy)/sum(x²), and the loss "
            "falls on the way."
        ),
        "003:359 003:523-539",
    ),
    must(
        "training.mse-gradient",
        "The mean squared error of wx against y has the gradient mean(2x(wx - y)).",
        "003:529-530",
    ),
    must(
        "training.manual-update",
        "After an update under no_grad the weight can be used and differentiated as before.",
        "003:536-538",
    ),
    must(
        "training.without-clearing-differs",
        (
            "Gradient descent that never clears follows the sum of its gradients and ends up "
            "elsewhere."
        ),
        "000:154-156 003:531-533",
    ),
    should(
        "training.item-for-logging",
        "item() makes plain numbers of a tracked weight and of a loss.",
        "003:539",
    ),
    detail(
        "training.plot",
        "The case closes with a drawing.",
        "003:511 003:540-542",
        "context",
        out_of_scope="Drawing is nothing that an autograd library does.",
    ),
    detail(
        "training.loss-is-a-residual",
        "L = Y - y has a sign and is nothing to minimise; backward can start from it all the same.",
        "001:3-6 001:49 004:8 004:13 004:15",
        "context",
        partly="L is the loss of the network.",
        out_of_scope="A choice of words; the numbers are backward.two-stage-network.",
    ),
    detail(
        "training.framework-pytorch",
        "PyTorch is introduced with its origin and its uses.",
        "003:1-6",
        "context",
        out_of_scope="History and uses, no behaviour.",
    ),
    detail(
        "training.framework-tensorflow",
        "TensorFlow is introduced.",
        "003:7-8",
        "context",
        out_of_scope="Another product.",
    ),
    detail(
        "training.framework-keras",
        "Keras is a package of its own again.",
        "003:9",
        "context",
        partly="Keras has become a part of TensorFlow.",
        out_of_scope="Another product.",
    ),
    detail(
        "training.framework-paddlepaddle",
        "PaddlePaddle is introduced.",
        "003:10",
        "context",
        out_of_scope="Another product.",
    ),
    detail(
        "training.framework-mxnet",
        "MXNet has been retired.",
        "003:11",
        "context",
        partly="Amazon develops MXNet.",
        out_of_scope="Another product.",
    ),
    detail(
        "training.framework-caffe",
        "Caffe is developed no more.",
        "003:12",
        "context",
        partly="Caffe is a framework of today.",
        out_of_scope="Another product.",
    ),
    detail(
        "training.framework-cntk",
        "CNTK is developed no more.",
        "003:13",
        "context",
        partly="CNTK is a framework of today.",
        out_of_scope="Another product.",
    ),
    detail(
        "training.framework-chainer",
        "Chainer is maintained and no longer developed.",
        "003:14",
        "context",
        partly="Chainer is a framework of today.",
        out_of_scope="Another product.",
    ),
    detail(
        "training.python-version",
        "The spec's PyTorch can't be installed for a Python before 3.10.",
        "003:17-19",
        contradicted="Python 3.8 is enough, and 3.9 is what the example installs.",
        since="a version after 1.13.1, which asked for 3.7",
        out_of_scope=(
            "About installing, not about what the library under test does; it may need any Python."
        ),
    ),
    detail(
        "training.cpu-build",
        "There are builds for other makers' cards as well.",
        "003:20",
        "context",
        partly="Whoever has no NVIDIA card needs the CPU build.",
        out_of_scope="About installing.",
    ),
    detail(
        "training.installation",
        "A conda environment is set up and a guide to installing is linked.",
        "003:17-19 003:21",
        "context",
        out_of_scope="About installing.",
    ),
    detail(
        "training.overviews",
        "Introductions and summaries tell what the sections tell.",
        "000:1 000:165 000:167-169 001:3 004:1-5 004:17 004:54 003:336-337 003:545-546",
        "context",
        out_of_scope="Says nothing that the sections do not say.",
    ),
    detail(
        "training.lost-figures",
        "Formulas and outputs that were pictures are lost.",
        (
            "000:7 000:11 000:28 000:42-50 000:54 000:58-60 000:64-66 000:70 000:84 001:3 "
            "001:39 004:6 004:62 002:31 002:66 002:112 002:123-133 003:273"
        ),
        "context",
        out_of_scope=(
            "Nothing can be read in them; what they must have said is claimed by the text "
            "around them."
        ),
    ),
    detail(
        "training.forum-and-links",
        "Headings, links and an unrelated question surround the articles.",
        "001:1 001:59-65 002:2",
        "context",
        out_of_scope="Leftovers of web pages.",
    ),
)
