"""Staff of the merchant: who may sign in, in which role."""
