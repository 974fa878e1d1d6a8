"""What a desktop's wires say: the very bytes of real sensors, from what happens in a simulated room.

Each file is imported only where such a sensor is attached. `moment()` gives what happens now: see hal.script.
"""
