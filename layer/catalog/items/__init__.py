"""Items of the catalogue: model, service, repository."""
