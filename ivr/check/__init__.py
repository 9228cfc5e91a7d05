"""Checks of the compiled line: proofs of what every caller can rely on, limits of texts, catalogues and sources."""
