"""A certificate authority of a test, and a server certificate."""

import subprocess
from pathlib import Path


class Authority:
    """`der`: the authority for nodes; `certificate`, `key`: PEM for a broker called `name`, valid for `days`
    from now (negative: it has expired)."""

    def __init__(self, folder: Path, name: str = "localhost", days: int = 2):
        folder.mkdir()
        self.der = folder / "authority.der"
        self.certificate = folder / "server.pem"
        self.key = folder / "server.key"
        root, root_key, asked, extra = (folder / name for name in ("ca.pem", "ca.key", "server.csr", "extra"))
        extra.write_text(f"subjectAltName=DNS:{name}\n")
        _openssl(f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=Test -keyout {root_key} -out {root}")
        _openssl(f"x509 -in {root} -outform DER -out {self.der}")
        _openssl(f"req -newkey rsa:2048 -nodes -subj /CN={name} -keyout {self.key} -out {asked}")
        _openssl(
            f"x509 -req -in {asked} -CA {root} -CAkey {root_key} -CAcreateserial -days {days} "
            f"-extfile {extra} -out {self.certificate}"
        )


def _openssl(arguments: str) -> None:
    subprocess.run(["openssl", *arguments.split()], check=True, capture_output=True)
