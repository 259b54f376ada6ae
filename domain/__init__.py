"""What is true without a computer: nouns and past tenses."""
