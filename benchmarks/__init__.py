"""How fast and how large: `python -m benchmarks core`. See docs/operations.md, Measuring."""
