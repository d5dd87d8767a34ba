"""How Aegis is reached: the local socket where one listens, HTTP where none does."""
