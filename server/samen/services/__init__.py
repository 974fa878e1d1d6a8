"""What Samen can do. One public function is one transaction: load, decide, store, tell."""
