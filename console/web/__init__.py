"""The console: pages for reviewers, leads, finance, administrators and auditors."""
