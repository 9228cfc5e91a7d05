"""The model of one call: its state, its events, the flow graph, the transitions, the prompts of a step, the URLs."""
