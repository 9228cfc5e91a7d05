"""One call, as pure values: its state, the flow graph, where each event leads, which prompts are played, URLs."""
