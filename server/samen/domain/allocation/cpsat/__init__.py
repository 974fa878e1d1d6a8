"""The allocator that proves what it can, by CP-SAT (the extra `allocation`); nothing else imports ortools."""
