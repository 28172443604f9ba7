"""From a reason code to a defence."""
