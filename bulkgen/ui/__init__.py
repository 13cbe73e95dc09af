"""The interface; the only part that imports streamlit."""
