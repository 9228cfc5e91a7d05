"""The sound of texts: how long they take, how hard they are to read, synthesis for previews, and WAV files."""
