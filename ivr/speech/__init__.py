"""How long a text takes to speak, how hard it is to read, synthesis, and WAV files."""
