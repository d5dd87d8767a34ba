"""What is said between an agent and Aegis, as JSON (schema/openapi.json is the whole)."""
