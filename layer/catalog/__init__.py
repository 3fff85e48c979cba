"""What every function shares. Data flows one way: event → handler → service → repository."""
