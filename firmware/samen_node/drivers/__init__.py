"""What sensors say, from their bytes: none knows pins, each is imported only where it is attached."""
