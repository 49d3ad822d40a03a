"""The metric that needs no network: core alone can tell whether a model has learned."""
