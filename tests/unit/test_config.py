"""Settings say which variable is wrong, and what would be right."""

import pytest

from samen.config import BadSettings, Settings

FINE = {"SAMEN_SECRET_KEY": "a-secret-of-the-tests-alone"}


def test_nothing_set_is_a_building_on_its_own_machine():
    settings = Settings.from_env({})

    assert settings.database_url == "sqlite:///var/samen.db"
    assert (settings.mqtt.host, settings.mqtt.port, settings.mqtt.embedded) == ("127.0.0.1", 1883, True)
    assert settings.timezone.key == "Europe/Brussels"


def test_a_broker_of_ones_own_has_credentials_and_tls():
    broker = Settings.from_env({"SAMEN_MQTT_URL": "mqtts://sam:p%40ss@mqtt.example"}).mqtt

    assert (broker.host, broker.port, broker.tls) == ("mqtt.example", 8883, True)
    assert (broker.username, broker.password, broker.embedded) == ("sam", "p@ss", False)


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("SAMEN_DATABASE_URL", "mysql://x", "expected sqlite:///… or postgresql+psycopg://…"),
        ("SAMEN_MQTT_URL", "http://x", "expected mqtt://, mqtts:// or embedded://"),
        ("SAMEN_MQTT_URL", "mqtt://x:99999", "the port must be a number"),
        ("SAMEN_MQTT_URL", "embedded://0.0.0.0:1883", "listens to this machine alone"),
        ("SAMEN_SITE_TIMEZONE", "Europe/Bxl", "no time zone is called 'Europe/Bxl'"),
        ("SAMEN_SITE_TIMEZONE", "../etc/passwd", "no time zone is called"),
        ("SAMEN_BASE_URL", "samen.example", "expected http://host or https://host"),
        ("SAMEN_TRUSTED_PROXIES", "many", "expected the number of reverse proxies"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(variable, value, complaint):
    with pytest.raises(BadSettings, match=variable) as raised:
        Settings.from_env({variable: value})

    assert complaint in str(raised.value)


@pytest.mark.parametrize("secret", ["", "short", "changeme-changeme"])
def test_a_missing_short_or_known_secret_is_refused_with_a_good_one(secret):
    settings = Settings.from_env({"SAMEN_SECRET_KEY": secret})

    with pytest.raises(BadSettings, match="SAMEN_SECRET_KEY: set a secret of your own"):
        settings.require_secret()


def test_a_secret_of_ones_own_and_the_demo_may_serve():
    Settings.from_env(FINE).require_secret()
    Settings.from_env({"SAMEN_DEMO": "1"}).require_secret()
