"""A TLS proxy in front of a portal, for clients that require https, on a free port of the loopback address."""

import datetime
import socket
import ssl
import threading
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class TlsProxy:
    def __init__(self, folder):
        self.authority = str(folder / "certificate.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self._certificate(folder))
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.domain = f"localhost:{self._listener.getsockname()[1]}"
        self.url = f"https://{self.domain}"

    def _certificate(self, folder):
        """Creates a self-signed certificate for `localhost`."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = datetime.datetime.now(datetime.timezone.utc)
        certificate = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (folder / "key.pem").write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ))
        return folder / "certificate.pem", folder / "key.pem"

    def forward_to(self, url):
        address = (urlsplit(url).hostname, urlsplit(url).port)
        threading.Thread(target=self._accept, args=(address,), daemon=True).start()

    def _accept(self, address):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # The listener is closed after the tests.
            threading.Thread(target=self._serve, args=(connection, address), daemon=True).start()

    def _serve(self, connection, address):
        try:
            with self._context.wrap_socket(connection, server_side=True) as client, socket.create_connection(address) as server:
                threading.Thread(target=self._copy, args=(server, client), daemon=True).start()
                self._copy(client, server)
        except OSError:
            pass  # Clients may close connections early.

    @staticmethod
    def _copy(source, target):
        try:
            while chunk := source.recv(65536):
                target.sendall(chunk)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # Either side may close its connection early.

    def close(self):
        self._listener.close()
