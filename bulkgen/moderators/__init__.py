"""Who judges a prompt and its picture before they become a page."""
