"""Our minds: LangGraph graphs that read and propose, and never act."""
