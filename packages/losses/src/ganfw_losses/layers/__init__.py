"""Layers that let a network see more than one sample. Other packages build their networks of them.

A discriminator that has one sets ``uses_batch_statistics = True``: its samples influence each other.
"""
