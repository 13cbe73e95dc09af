"""bulkgen turns a list of prompts into published prompt pages."""

__version__ = "0.1.0"
