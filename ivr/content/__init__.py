"""Everything read from prompts/ and locales/: flow file, facts, templates, prompts, catalogues, voices, recordings."""
