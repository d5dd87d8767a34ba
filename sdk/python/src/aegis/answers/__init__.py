"""A model's answer on its way to the agent: words pass at once, a tool call waits until it is decided."""
