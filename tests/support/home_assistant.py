"""What Home Assistant accepts as a discovery message, and what it would show of a node's messages.

Written from its documentation (home-assistant.io, integrations/mqtt, sensor.mqtt and binary_sensor.mqtt;
developers.home-assistant.io, core/entity/sensor), November 2026. Only what a node says is here.
"""

import json
import re

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

TOPIC = re.compile(
    r"homeassistant/(?P<component>\w+)/(?P<node>[a-zA-Z0-9_-]+)/(?P<object>[a-zA-Z0-9_-]+)/config"
)
SHORT = {
    "avty_t": "availability_topic",
    "avty_tpl": "availability_template",
    "dev": "device",
    "dev_cla": "device_class",
    "ent_cat": "entity_category",
    "exp_aft": "expire_after",
    "json_attr_t": "json_attributes_topic",
    "json_attr_tpl": "json_attributes_template",
    "o": "origin",
    "stat_cla": "state_class",
    "stat_t": "state_topic",
    "uniq_id": "unique_id",
    "unit_of_meas": "unit_of_measurement",
    "val_tpl": "value_template",
}
SHORT_DEVICE = {"ids": "identifiers", "mf": "manufacturer", "mdl": "model", "sw": "sw_version"}
SHORT_ORIGIN = {"sw": "sw_version"}
EVERY = {
    "availability_topic", "availability_template", "device", "device_class", "entity_category",
    "expire_after",
    "json_attributes_topic", "json_attributes_template", "name", "origin", "state_topic", "unique_id",
    "value_template",
}  # fmt: skip
KEYS = {"sensor": EVERY | {"state_class", "unit_of_measurement"}, "binary_sensor": EVERY}
DEMANDED = {"availability_topic", "device", "expire_after", "origin", "state_topic", "unique_id"}
# device class → (units, state classes); None: a sensor without a class
SENSORS = {
    "carbon_dioxide": ({"ppm"}, {"measurement"}),
    "current": ({"A", "mA"}, {"measurement"}),
    "duration": ({"d", "h", "min", "s", "ms"}, {"measurement", "total", "total_increasing"}),
    "energy": ({"Wh", "kWh", "MWh"}, {"total", "total_increasing"}),
    "gas": ({"m³", "L"}, {"total", "total_increasing"}),
    "humidity": ({"%"}, {"measurement"}),
    "power": ({"mW", "W", "kW", "MW"}, {"measurement"}),
    "signal_strength": ({"dB", "dBm"}, {"measurement"}),
    "temperature": ({"°C", "°F", "K"}, {"measurement"}),
    "voltage": ({"V", "mV"}, {"measurement"}),
    "water": ({"m³", "L"}, {"total", "total_increasing"}),
    None: ({None}, {None, "measurement"}),
}
# Its templates run in this sandbox, where what is not there is an error in the log.
_JINJA = ImmutableSandboxedEnvironment(undefined=StrictUndefined)


class HomeAssistant:
    """Takes discovery messages as Home Assistant does: one it would refuse is an AssertionError."""

    def __init__(self):
        self.entities: dict[str, dict] = {}

    def discover(self, topic: str, payload: bytes) -> dict:
        found = TOPIC.fullmatch(topic)
        assert found, topic
        config = _spelt_out(json.loads(payload))
        component = found["component"]
        assert set(config) <= KEYS[component], set(config) - KEYS[component]
        assert set(config) >= DEMANDED, DEMANDED - set(config)
        _check_values(component, config)
        self.entities[config["unique_id"]] = {"component": component, **config}
        return config

    def shows(self, name: str, topic: str, message: dict) -> str | None:
        """What the entity whose unique id ends so shows after a message; None: "unknown"."""
        config = self.named(name)
        assert config["state_topic"] == topic
        value = render(config["value_template"], message)
        allowed = {"ON", "OFF", "None"} if config["component"] == "binary_sensor" else {value}
        assert value in allowed, value
        return None if value == "None" else value

    def is_available(self, name: str, message: dict) -> bool:
        return render(self.named(name)["availability_template"], message) == "online"

    def named(self, name: str) -> dict:
        return next(config for key, config in self.entities.items() if key.endswith("_" + name))


def render(template: str, message: dict) -> str:
    return _JINJA.from_string(template).render(value_json=message)


def _spelt_out(config: dict) -> dict:
    base = config.pop("~")
    config = {SHORT.get(key, key): value for key, value in config.items()}
    for key, value in config.items():
        if key.endswith("_topic"):
            config[key] = value.replace("~", base, 1)
    config["device"] = {SHORT_DEVICE.get(key, key): value for key, value in config["device"].items()}
    config["origin"] = {SHORT_ORIGIN.get(key, key): value for key, value in config["origin"].items()}
    return config


def _check_values(component: str, config: dict) -> None:
    assert type(config["expire_after"]) is int
    assert config["expire_after"] > 0
    assert config["device"]["identifiers"]
    assert config["origin"]["name"]
    assert config.get("entity_category") in {None, "diagnostic"}
    # Without a name Home Assistant has one from the device class, and of nothing it has none.
    assert config.get("name") or config.get("device_class")
    if component == "binary_sensor":
        assert config["device_class"] == "occupancy"
        return
    units, classes = SENSORS[config.get("device_class")]
    assert config.get("unit_of_measurement") in units, config
    assert config.get("state_class") in classes, config
