"""The demo clinic: a made-up place with a made-up past, lived through the real actions. Refused in production."""
