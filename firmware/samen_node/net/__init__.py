"""The node's link: MQTT over TCP or TLS."""
