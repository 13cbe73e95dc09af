"""Who writes the words of a page: a text model, or rules alone."""
