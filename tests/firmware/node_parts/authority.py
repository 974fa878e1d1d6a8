"""A certificate authority of a test, and a server certificate for localhost."""

import subprocess
from pathlib import Path


class Authority:
    """`der`: the authority for nodes; `certificate`, `key`: PEM for a broker at localhost."""

    def __init__(self, folder: Path):
        folder.mkdir()
        self.der = folder / "authority.der"
        self.certificate = folder / "server.pem"
        self.key = folder / "server.key"
        root, root_key, asked, extra = (folder / name for name in ("ca.pem", "ca.key", "server.csr", "extra"))
        extra.write_text("subjectAltName=DNS:localhost\n")
        _openssl(f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=Test -keyout {root_key} -out {root}")
        _openssl(f"x509 -in {root} -outform DER -out {self.der}")
        _openssl(f"req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout {self.key} -out {asked}")
        _openssl(
            f"x509 -req -in {asked} -CA {root} -CAkey {root_key} -CAcreateserial -days 2 "
            f"-extfile {extra} -out {self.certificate}"
        )


def _openssl(arguments: str) -> None:
    subprocess.run(["openssl", *arguments.split()], check=True, capture_output=True)
