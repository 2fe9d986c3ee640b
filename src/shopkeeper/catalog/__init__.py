"""Getting a shop in and out: source bytes -> rows with line numbers -> normalise -> validate -> diff and put."""
