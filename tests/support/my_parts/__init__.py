"""The parts that the examples in ganfw/plugins/hookspecs.py speak of, each as small as it can be."""
