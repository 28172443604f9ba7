"""Language models behind one gateway: masked, bounded, checked, recorded, and never trusted to decide."""
