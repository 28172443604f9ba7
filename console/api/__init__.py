"""`/v1`: the API with which systems push disputes in and take decisions out."""
