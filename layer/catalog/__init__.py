"""The Catalog API: what every function shares. Data flows event -> handler -> service -> repository."""
