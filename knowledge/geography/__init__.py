"""Where scans happened: places as carriers write them, located only where that is certain, and laid on a plane."""
