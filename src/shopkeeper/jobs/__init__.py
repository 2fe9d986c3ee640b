"""The offline way: from what a merchant has to what is served. import -> index -> fit -> judge -> publish, each step a file."""
