"""Networks by whose features metrics compare samples."""
