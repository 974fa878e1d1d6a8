"""Home Assistant's discovery messages, one an entity, for what a snapshot of this node holds.

Topics, keys and their abbreviations, and "None" for a value that is not known: home-assistant.io,
integrations/mqtt; device classes with their units and state classes: developers.home-assistant.io,
core/entity/sensor and core/entity/binary-sensor. Read in November 2026.
"""

from samen_node import contract

# stream.value=device class:state class:unit:name. Without a name Home Assistant has one in its user's
# language, from the device class; a "*" in it stands for the register.
_SENSORS = """
climate.t=temperature:measurement:°C:
climate.rh=humidity:measurement:%:
climate.co2=carbon_dioxide:measurement:ppm:
energy.wh=energy:total_increasing:Wh:Energy *
energy.w=power:measurement:W:Power *
p1.Wh=energy:total_increasing:Wh:Energy *
p1.W=power:measurement:W:Power *
p1.gas=gas:total_increasing:m³:Gas *
p1.water=water:total_increasing:m³:Water *
diag.rssi=signal_strength:measurement:dBm:
diag.up=duration:measurement:s:Uptime
diag.depth=:measurement::Readings waiting
diag.reset=:::Reset cause
"""
_ROOM = "{{ {'occupied':'ON','hold':'ON','empty':'OFF','entering':'OFF'}"
_ROOM += ".get(value_json.d.get('occupancy',{}).get('state')) }}"
_ALIVE = "{{ 'offline' if value_json.state in ['offline', 'updating'] else 'online' }}"
_MBUS = {3: "gas", 6: "water", 7: "water", 8: "water"}  # EN 13757-3: 6 warm, 7 and 8 cold or unknown


def entities(prefix, who, settings, snapshot):
    """Yield (topic, payload), retained, QoS 1, for each value of the snapshot that is known here, and for
    what `diag` says. `who`: site, device, hw and fw; `settings` give each stream's interval."""
    if "occupancy" in snapshot:
        yield _entity(prefix, "binary_sensor", who, "occupancy", _occupancy(settings))
    for name, path, sensor in _sensors(settings, snapshot):
        if sensor:
            sensor["stat_t"] = "~/state"
            # A stream that has fallen silent leaves the snapshot: its values then read None, not known.
            sensor["val_tpl"] = "{% set v = value_json.d.get(" + path + " %}{{ v"
            if sensor.get("unit_of_meas") == "m³":  # told in dm³
                sensor["val_tpl"] += " / 1000 if v is number else None"
            sensor["val_tpl"] += " }}"
            yield _entity(prefix, "sensor", who, name, sensor)
    for key in ("rssi", "up", "depth", "reset"):
        yield _entity(prefix, "sensor", who, key, _diagnosis(key, settings))


def _sensors(settings, snapshot):
    """(name, end of the template, fields or None) of every value that is a sensor of its own."""
    for key in snapshot.get("climate", ()):
        yield key, "'climate',{}).get('" + key + "')", _sensor("climate." + key, "", settings)
    for register in list(snapshot.get("energy", ())):  # a new one may join while these are told
        for key in ("wh", "w"):
            path = "'energy',{}).get('" + register + "',{}).get('" + key + "')"
            yield "energy_" + register + "_" + key, path, _sensor("energy." + key, register, settings)
    telegram = snapshot.get("p1", ())
    for code in telegram:
        path = "'p1',{}).get('" + code + "',[None])[0]"
        yield "p1_" + code, path, _sensor("p1." + _quantity(code, telegram), code, settings)


def _sensor(kind, register, settings):
    """What is always the same for a kind of value; None where the kind is not known."""
    start = _SENSORS.find("\n" + kind + "=") + len(kind) + 2
    if start < len(kind) + 2:
        return None
    device_class, state_class, unit, name = _SENSORS[start : _SENSORS.find("\n", start)].split(":")
    fields = (
        ("exp_aft", int(settings.silent_after(kind.split(".")[0]))),
        ("dev_cla", device_class),
        ("stat_cla", state_class),
        ("unit_of_meas", unit),
        ("name", name.replace("*", register)),
    )
    return {key: value for key, value in fields if value}


def _diagnosis(key, settings):
    sensor = _sensor("diag." + key, "", settings)
    sensor["stat_t"] = "~/diag"
    sensor["val_tpl"] = "{{ value_json.%s }}" % key
    sensor["ent_cat"] = "diagnostic"
    return sensor


def _occupancy(settings):
    return {
        "dev_cla": "occupancy",
        "stat_t": "~/state",
        "val_tpl": _ROOM,
        "json_attr_t": "~/state",
        "json_attr_tpl": "{{ value_json.d.get('occupancy',{})|tojson }}",
        "exp_aft": int(settings.silent_after("occupancy")),
    }


def _quantity(code, telegram):
    """What a telegram's value measures, as `_SENSORS` calls it; "" where that is no number we know."""
    number, unit = telegram[code]
    if type(number) not in (int, float):
        return ""
    if unit != "dm3":
        return str(unit)
    kind = telegram.get(code[:4] + "24.1.0", (None,))[0]
    return _MBUS.get(int(kind) if str(kind).isdigit() else 0, "")


def _entity(prefix, component, who, name, fields):
    node = _plain(who["device"])
    unique = "_".join(("samen", _plain(who["site"]), node))
    fields["~"] = contract.ROOT + "/" + who["site"] + "/" + who["device"]
    fields["uniq_id"] = unique + "_" + _plain(name)
    fields["avty_t"] = "~/status"
    fields["avty_tpl"] = _ALIVE
    fields["dev"] = {
        "ids": [unique],
        "name": who["device"],
        "mf": "Samen",
        "mdl": who["hw"],
        "sw": who["fw"],
    }
    fields["o"] = {"name": "samen", "sw": who["fw"]}
    topic = "/".join((prefix, component, node, _plain(name), "config"))
    return topic, contract.encode(fields)


def _plain(name):
    """With what a discovery topic may hold: letters, digits, _ and -."""
    return "".join(c if c.isalpha() or c.isdigit() or c in "_-" else "_" for c in name)
