"""All systems that ganfw ships, trained by their recipes and measured: what each has to reach, and whether it does."""
