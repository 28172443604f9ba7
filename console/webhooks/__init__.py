"""The door for processors' webhooks. Run as `python -m console.webhooks`."""
