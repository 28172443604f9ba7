"""The letter desk: letters to sign, their pages as they will be sent, each sentence with its proof."""
