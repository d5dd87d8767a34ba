"""A module of an agent that has taken a name from a library."""
