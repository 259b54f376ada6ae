"""What is told outside: public events, where to, and what became of each delivery."""
