"""What the benchmark measures the store with, where deciding is at home."""
