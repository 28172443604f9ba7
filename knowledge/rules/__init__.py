"""The rules: entitlements, policies, reason codes and what a bundle must satisfy, as data and pure checks."""
