"""What a model says, in each provider's own words: where tool calls stand in an answer, and how decided arguments are put back."""
