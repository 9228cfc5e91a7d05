"""The script: the whole line in one language as a document to review. With it the map and the list of sources."""
