#!/usr/bin/python3
"""Judges of test/netns/discovery that are Python.

judge.py zeroconf       what python3-zeroconf sees: a line for each service that comes or goes
judge.py oneshot NAME   asks for the PTR records of NAME as a resolver would, from a port of its own
"""
import socket
import struct
import sys
import time

IP_RECVTTL = 12  # <linux/in.h>; older Pythons do not name it


def zeroconf():
    from zeroconf import ServiceBrowser, ServiceListener, Zeroconf

    class Listener(ServiceListener):
        def add_service(self, zc, kind, name):
            info = zc.get_service_info(kind, name, timeout=3000)
            addresses = ",".join(info.parsed_addresses()) if info else "unresolved"
            port = info.port if info else 0
            print(f"{time.time():.3f} add {name} {port} {addresses}", flush=True)

        def remove_service(self, zc, kind, name):
            print(f"{time.time():.3f} remove {name}", flush=True)

        def update_service(self, zc, kind, name):
            pass

    zc = Zeroconf()
    ServiceBrowser(zc, "_celld._udp.local.", Listener())
    print(f"{time.time():.3f} ready", flush=True)
    time.sleep(3600)


def oneshot(name):
    question = b"".join(bytes([len(p)]) + p.encode() for p in name.rstrip(".").split(".")) + b"\0"
    asked = struct.pack("!6H", 0x1234, 0, 1, 0, 0, 0) + question + struct.pack("!2H", 12, 1)
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
    # Without a default route one has to say on which link the group is meant.
    there = struct.pack("=4s4si", b"\0" * 4, b"\0" * 4, socket.if_nametoindex("eth0"))
    s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, there)
    s.settimeout(15)  # a machine may be busy; a good one answers within 0.1 s
    s.sendto(asked, ("224.0.0.251", 5353))
    data, controls, _, sender = s.recvmsg(9000, 100)
    number, flags, questions, answers, _, extra = struct.unpack("!6H", data[:12])
    ttl = struct.unpack("i", controls[0][2])[0]
    assert number == 0x1234 and flags == 0x8400, f"id {number:#x}, flags {flags:#x}"
    assert questions == 1 and data[12:12 + len(question)] == question, "the question is not repeated"
    assert answers == 1 and extra >= 4, f"{answers} answers, {extra} more"
    assert sender[1] == 5353 and ttl == 255, f"from port {sender[1]} with TTL {ttl}"
    print(f"answered by {sender[0]}, {answers} answer and {extra} more records, {len(data)} bytes")


if __name__ == "__main__":
    zeroconf() if sys.argv[1] == "zeroconf" else oneshot(sys.argv[2])
