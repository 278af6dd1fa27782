"""Training: one PyTorch loop under DeepSpeed, and the Ray Train wrapper around it."""
