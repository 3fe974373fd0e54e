"""Pages: outbox, timeline, templates, inbox; webhooks of providers."""
