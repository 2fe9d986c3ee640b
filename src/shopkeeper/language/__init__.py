"""Reading text as a shopper means it: script, words, stems, numbers with units. Chinese and English, mixed in one line."""
