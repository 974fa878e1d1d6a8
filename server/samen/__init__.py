"""Samen: rooms, sensors and savings for buildings that several associations share."""
