"""Steps that read, decide, write and act on behalf of the workflows."""
