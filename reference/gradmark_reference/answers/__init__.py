"""What PyTorch answered, a file a chapter; ``python -m gradmark_reference.answers`` asks anew."""
