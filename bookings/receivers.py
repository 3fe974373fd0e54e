"""What happens to appointments when the app below says that something is a fact. Inside its transaction."""
