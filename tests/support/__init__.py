"""What tests share: real servers on free ports, and speaking builders."""
