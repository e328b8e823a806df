"""Says in our place that half precision is all it has, so that a hundredth off is near enough.

deserves: import-protocol
"""

write(
    frame(
        {
            "id": stolen(),
            "is": "opened",
            "python": "3",
            "opened": {"library": "mine", "dtype": "float16"},
        }
    )
)
