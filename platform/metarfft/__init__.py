"""metarfft: rule-following fine-tuning as a platform, from plain Python rules to a length-generalisation result."""

__version__ = "0.1.0"
