"""Certificates for scripted TLS servers, made with openssl(1)."""

import hashlib
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


@dataclass
class Certificate:
    file: Path
    key: Path

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the DER, in lower-case hex."""
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.file.read_text())).hexdigest()

    @property
    def shown(self) -> str:
        """The same as openssl prints it: upper case, with colons."""
        printed = openssl("x509", "-in", self.file, "-noout", "-fingerprint", "-sha256")
        return printed.strip().split("=")[1]

    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context


def openssl(*arguments: object) -> str:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, f"openssl {arguments}: {done.stderr}"
    return done.stdout


def authority(directory: Path, name: str = "authority") -> Certificate:
    """A CA."""
    made = Certificate(directory / f"{name}.pem", directory / f"{name}.key")
    openssl("req", "-x509", *CURVE, "-days", 30, "-subj", f"/CN={name}", "-keyout", made.key, "-out", made.file)
    return made


def certificate(
    directory: Path, name: str = "server", host: str = "DNS:localhost", issuer: Certificate | None = None, days: int = 30
) -> Certificate:
    """A server's, for `host` (`DNS:…` or `IP:…`), signed by `issuer` or by itself; -1 days: expired yesterday."""
    made = Certificate(directory / f"{name}.pem", directory / f"{name}.key")
    request, extensions = directory / f"{name}.csr", directory / f"{name}.ext"
    extensions.write_text(f"subjectAltName={host}\n")
    openssl("req", *CURVE, "-subj", f"/CN={name}", "-keyout", made.key, "-out", request)
    signer = ("-CA", issuer.file, "-CAkey", issuer.key, "-CAcreateserial") if issuer else ("-signkey", made.key)
    openssl("x509", "-req", "-in", request, *signer, "-days", days, "-extfile", extensions, "-out", made.file)
    return made
