"""What a buyer is told: typed values filled into sentences of the buyer's language."""
