"""For Python: the names of Google and Akismet lead to this machine, as a newsroom's own DNS would have it.

Python imports a module of this name at start where it finds one, so the client itself stays as its registry has it.
"""

import os
import socket

NAMES = (".googleapis.com", "rest.akismet.com")
PORTS = {80: int(os.environ["HTTP_PORT"]), 443: int(os.environ["HTTPS_PORT"])}

getaddrinfo, connect = socket.getaddrinfo, socket.socket.connect


def resolve(host, *arguments, **options):
    name = host.decode() if isinstance(host, bytes) else host
    return getaddrinfo("127.0.0.1" if name and name.endswith(NAMES) else host, *arguments, **options)


def reach(self, address):
    host, port = address[:2]
    if host == "127.0.0.1" or host.endswith(NAMES):
        address = ("127.0.0.1", PORTS.get(port, port))
    return connect(self, address)


socket.getaddrinfo, socket.socket.connect = resolve, reach
