"""What the app serves beside its screens: pictures, public pages, health."""
