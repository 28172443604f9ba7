"""Our hands: ports, connectors, files, records, packets and embedded services."""
