"""Figures that say how the product does, one a line: `make bench`."""
