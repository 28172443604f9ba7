"""What processors' webhooks say: signatures checked on the raw bytes, bodies read into one shape. No I/O."""
