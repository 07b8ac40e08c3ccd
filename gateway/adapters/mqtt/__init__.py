"""MQTT: the only package of the gateway that imports paho."""
