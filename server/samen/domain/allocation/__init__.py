"""Who gets which space in the coming season: by a rule anyone can read, checkable by those who lost."""
