"""Reads prompts/ and locales/: flow, facts, templates, prompts, languages, catalogues, voices, recordings."""
