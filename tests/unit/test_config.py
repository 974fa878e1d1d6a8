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
        ("SAMEN_NODE_MQTT_URL", "http://x", "expected mqtt://host:port or mqtts://host:port"),
        ("SAMEN_NODE_MQTT_URL", "mqtts://user:pass@x", "expected mqtt://host:port"),
        ("SAMEN_NODE_CA", "/nowhere/ca.pem", "/nowhere/ca.pem is no certificate in PEM"),
        ("SAMEN_SITE_TIMEZONE", "Europe/Bxl", "no time zone is called 'Europe/Bxl'"),
        ("SAMEN_SITE_TIMEZONE", "../etc/passwd", "no time zone is called"),
        ("SAMEN_BASE_URL", "samen.example", "expected http://host or https://host"),
        ("SAMEN_TRUSTED_PROXIES", "many", "expected the number of reverse proxies"),
        ("SAMEN_MAIL_URL", "mail.example", "expected smtps://, smtp+starttls:// or smtp://"),
        ("SAMEN_MAIL_URL", "file://mails", "or file:///a/folder"),
        ("SAMEN_MAIL_URL", "smtps://mail.example:0x1?from=a@b.example", "the port must be a number"),
        ("SAMEN_MAIL_URL", "smtps://sam:p@mail.example", "end it with ?from=samen@your.domain"),
        ("SAMEN_MAIL_URL", "smtps://mail.example?from=a@b.example&to=c@d.example", "with nothing else"),
        ("SAMEN_MAIL_URL", "smtp://sam:p@mail.example?from=a@b.example", "would cross the network"),
        ("SAMEN_MAIL_URL", "smtps://sam:pé@mail.example?from=a@b.example", "must be ASCII"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(variable, value, complaint):
    with pytest.raises(BadSettings, match=variable) as raised:
        Settings.from_env({variable: value})

    assert complaint in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://archive.example/",
        "https://",
        "file:///etc/passwd",
        "archive.example",
        "https://u:p@archive.example/",
        "https://archive.example:port/",
    ],
)
def test_a_weather_archive_is_asked_over_http_alone(url):
    with pytest.raises(BadSettings, match="SAMEN_WEATHER_URL"):
        Settings.from_env({"SAMEN_WEATHER_URL": url})


def test_a_weather_archives_key_is_not_shown():
    settings = Settings.from_env({"SAMEN_WEATHER_URL": "https://archive.example/v1/archive?apikey=ours"})

    assert settings.weather_url == "https://archive.example/v1/archive?apikey=ours"
    assert "ours" not in repr(settings)


@pytest.mark.parametrize(
    ("url", "port", "tls", "starttls"),
    [
        ("smtp://mail.example?from=samen@bota75.example", 25, False, False),
        ("smtp+starttls://mail.example?from=samen@bota75.example", 587, False, True),
        ("smtps://mail.example:4650?from=samen@bota75.example", 4650, True, False),
    ],
)
def test_a_mail_server_is_reached_as_its_address_says(url, port, tls, starttls):
    mail = Settings.from_env({"SAMEN_MAIL_URL": url}).mail

    assert (mail.host, mail.port, mail.tls, mail.starttls) == ("mail.example", port, tls, starttls)
    assert (mail.sender, mail.username) == ("samen@bota75.example", None)


def test_mails_go_out_in_the_name_of_whoever_signs_in_and_the_password_is_not_shown():
    settings = Settings.from_env({"SAMEN_MAIL_URL": "smtps://samen%40bota75.example:p%40ss@mail.example"})

    assert (settings.mail.sender, settings.mail.password) == ("samen@bota75.example", "p@ss")
    assert "p@ss" not in repr(settings)


def test_nodes_are_told_of_the_broker_without_the_servers_own_credentials():
    nodes = Settings.from_env({"SAMEN_MQTT_URL": "mqtts://sam:p@mqtt.example"}).nodes

    assert (nodes.mqtt_url, nodes.authority, nodes.password_file) == ("mqtts://mqtt.example:8883", None, None)


def test_nodes_may_know_the_broker_by_another_name_and_authority(tmp_path):
    pem = "of the building\n-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n"
    (tmp_path / "ca.pem").write_text(pem)
    chosen = {"SAMEN_NODE_MQTT_URL": "mqtts://broker.rue.test", "SAMEN_NODE_CA": str(tmp_path / "ca.pem")}

    nodes = Settings.from_env(chosen).nodes

    assert (nodes.mqtt_url, nodes.authority) == ("mqtts://broker.rue.test:8883", b"\x00\x01\x02")


def test_mails_can_go_into_a_folder():
    mail = Settings.from_env({"SAMEN_MAIL_URL": "file:///var/mails%20here"}).mail

    assert (str(mail.path), mail.sender) == ("/var/mails here", "samen@localhost")


@pytest.mark.parametrize("secret", ["", "short", "changeme-changeme"])
def test_a_missing_short_or_known_secret_is_refused_with_a_good_one(secret):
    settings = Settings.from_env({"SAMEN_SECRET_KEY": secret})

    with pytest.raises(BadSettings, match="SAMEN_SECRET_KEY: set a secret of your own"):
        settings.require_secret()


def test_a_secret_of_ones_own_and_the_demo_may_serve():
    Settings.from_env(FINE).require_secret()
    Settings.from_env({"SAMEN_DEMO": "1"}).require_secret()
