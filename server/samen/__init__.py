"""Samen: rooms, sensors and savings for buildings that several associations share."""

import os

# Before numpy is loaded. Its matrices are small here, and threads that wait for each other on a busy machine
# make an evaluation four times slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
