"""What we know: the words, the rules, the judgement, the letters and the library of precedents."""
