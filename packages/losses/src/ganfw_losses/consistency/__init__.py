"""Terms that hold two samples together: L1, L2 and cycle consistency. GANs call them inside their own phases."""
