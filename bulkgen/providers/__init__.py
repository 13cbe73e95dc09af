"""Image providers by name; a module is imported when its provider is first used."""

PROVIDERS = {"openai": "bulkgen.providers.openai:OpenAIImages"}
