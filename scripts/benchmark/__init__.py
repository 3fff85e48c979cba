"""How the Catalog API does beside other ways to write its handler, and under load."""
