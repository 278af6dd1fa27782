"""Serving: the Ray Serve application with vLLM behind an OpenAI-compatible API."""
