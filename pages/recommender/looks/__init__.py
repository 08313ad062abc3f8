"""Closer looks, one question each; each has a page of the engine of the same name where it computes something."""
