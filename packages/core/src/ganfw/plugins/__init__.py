"""The plugin door: hooks, records, loading, and the registry of what is installed."""
