"""What the documents say about the life of a graph."""

from gradmark.claims.claim import OLDEST, detail, must, should

CLAIMS = (
    must(
        "lifetime.second-backward-raises",
        "Going backward a second time through a graph that kept values is refused.",
        "001:49 004:90 003:491-496",
        "error",
    ),
    should(
        "lifetime.second-backward-message",
        "The refusal is a RuntimeError that points to retain_graph=True.",
        "003:491-492",
    ),
    must(
        "lifetime.shared-part-outside-loop",
        (
            "With the polynomial computed before the loop, the first round gives 4, 6, 8 and "
            "the second is refused."
        ),
        "003:491",
        "value",
    ),
    must(
        "lifetime.retain-graph",
        "With retain_graph=True the graph can be walked again, and the gradients add up.",
        "003:389 003:492",
    ),
    must(
        "lifetime.retain-graph-covers-one-call",
        "retain_graph protects from one backward; the next without it frees the graph.",
        "003:389 003:492",
        "error",
    ),
    must(
        "lifetime.recomputing-allows-again",
        "Computed anew, a result can go backward again.",
        "001:49 004:90 003:483-486",
    ),
    detail(
        "lifetime.graph-without-saved-values",
        "A graph of sums and additions can be walked twice, since it keeps nothing.",
        "001:49 004:90 003:491 003:493-496",
        contradicted="A result can be differentiated only once.",
        since=OLDEST,
    ),
    must(
        "lifetime.separate-graphs-share-leaves",
        "Results that meet only in leaves can go backward one after the other, in either order.",
        "000:132-137 000:139 001:50-52 004:95-97",
    ),
    detail(
        "lifetime.saved-values-freed",
        "What an operation kept can be read before backward and no longer after it.",
        "003:492-496",
        "error",
    ),
    detail(
        "lifetime.buffers-released",
        "The kept values go with the first backward, unless it retains the graph.",
        "003:389 003:495",
    ),
    detail(
        "lifetime.saved-during-forward",
        "Operations keep what they need when they run, before any backward.",
        "003:493-495",
        contradicted="backward is what stores the values halfway.",
        since=OLDEST,
    ),
    must(
        "lifetime.non-leaf-value-survives",
        "A computed tensor can still be read and used after backward.",
        "003:389",
        contradicted="Computed tensors are released after backward.",
        since=OLDEST,
    ),
    must(
        "lifetime.retain-graph-keeps-no-grad",
        "retain_graph does not store the gradients of computed tensors.",
        "003:389",
        partly="retain_graph keeps the computed nodes after backward.",
        since=OLDEST,
    ),
    must(
        "lifetime.leaf-survives",
        "A leaf and its gradient outlive backward.",
        "003:389",
    ),
)
