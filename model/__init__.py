"""The network and everything computed with it; the only package that imports Keras."""
