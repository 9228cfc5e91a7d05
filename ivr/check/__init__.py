"""Checks: proofs of what every caller can rely on, limits of what a text may ask of an ear, catalogues and sources."""
