"""What comes out: figures, the two browser components, and the page's views."""
