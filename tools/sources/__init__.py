"""Where evidence is fetched from when a dispute comes: a shop, a carrier aggregator, a helpdesk. They only read."""
