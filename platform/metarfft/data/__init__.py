"""Datasets: samples to Parquet, Parquet to token batches."""
