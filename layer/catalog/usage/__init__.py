"""What a client may use of the API, and has used."""
