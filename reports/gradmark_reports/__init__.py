"""How it is shown: the grading report, the matrix, and every export."""
