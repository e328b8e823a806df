"""What the documents say about turning tracking off."""

from gradmark.claims.claim import OLDEST, detail, must

CLAIMS = (
    must(
        "grad-mode.requires-grad-off",
        "With its flag turned off, a leaf gives untracked results from then on.",
        "000:96-100 000:104-111",
    ),
    detail(
        "grad-mode.requires-grad-method-name",
        "The switch has an underscore within and one at the end: requires_grad_.",
        "000:100 000:104",
        contradicted="The method is written without its underscores.",
        since=OLDEST,
    ),
    must(
        "grad-mode.no-grad-result",
        "Under no_grad, a tracked tensor gives untracked results.",
        "000:98 000:102 000:120-125 002:147-149 002:156 002:162-166 003:463-466",
    ),
    must(
        "grad-mode.tracking-resumes",
        "After the block, results are tracked again.",
        "000:122-125 002:156-158 003:461-466",
    ),
    must(
        "grad-mode.no-grad-explicit-leaf",
        "Under no_grad, a tensor can still be created with tracking on.",
        "000:120",
        contradicted="All tensors that are defined under no_grad are without gradients.",
        since=OLDEST,
    ),
    must(
        "grad-mode.no-grad-branch-is-constant",
        "In x² + x³ with the cube under no_grad, the slope at 1 is 2.",
        "002:151-171",
        "value",
    ),
    must(
        "grad-mode.tracked-branch-counts",
        "With both terms tracked the slope at 1 is 5.",
        "002:169",
        "value",
    ),
    must(
        "grad-mode.no-grad-keeps-values",
        "What is computed under no_grad has the right value and counts as a constant later.",
        "002:158 002:170",
    ),
    must(
        "grad-mode.evaluation",
        "Running a model under no_grad records nothing and leaves its parameters tracked.",
        "002:149-151",
    ),
    must(
        "grad-mode.default-tracks",
        "Tracking is on from the start.",
        "000:122-123 003:458-462",
    ),
    must(
        "grad-mode.decorator",
        "As a decorator, no_grad covers the whole function.",
        "003:467-472",
    ),
    must(
        "grad-mode.set-grad-enabled",
        "set_grad_enabled(False) turns tracking off.",
        "003:473-476",
    ),
    must(
        "grad-mode.leaf-flag-unchanged",
        "Turning tracking off leaves the flags of existing tensors alone.",
        "003:477 000:117 000:124-125",
    ),
    must(
        "grad-mode.set-grad-enabled-persists",
        "Called as a function, set_grad_enabled holds until the next call.",
        "003:473-476",
    ),
    must(
        "grad-mode.left-off-breaks-later-code",
        "Where tracking was left off, the next backward is refused.",
        "003:474-486",
        "error",
        partly="The listing turns tracking off for good and goes on to examples that need it.",
        since=OLDEST,
    ),
    detail(
        "grad-mode.switch-is-per-thread",
        "Each thread has a switch of its own, which starts as on.",
        "003:473",
        partly="The setting is global.",
        since=OLDEST,
    ),
    detail(
        "grad-mode.nothing-saved",
        "Untracked operations keep nothing for a backward.",
        "003:455-456 002:151",
    ),
    detail(
        "grad-mode.cost-of-tracking",
        "Tracking costs time and memory.",
        "003:456",
        "context",
        out_of_scope=(
            "Speed and memory of tracking have no number to check; grad-mode.nothing-saved is "
            "the part that shows."
        ),
    ),
)
