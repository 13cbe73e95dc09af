"""A local server that speaks OpenAI's wire protocol and paints its own pictures."""
