#!/usr/bin/env python3
"""Checks an export of a Governance audit log. Needs Python 3.8 and nothing else; shares no code with the console.

usage: verify_audit.py FOLDER-OR-ZIP [--checkpoint FILE] [--key ID]
  --checkpoint FILE  a checkpoint that you kept earlier: shows that the log was only added to since (needs an export of all entries)
  --key ID           the key id (thumbprint) that the console's owner told you; else any key in keys.json is taken

What is checked: the signature of the checkpoint; for each entry its hash (JSON Lines), and its proof of standing in the signed tree
(RFC 6962); where entries follow each other, that they are chained. With all entries, the root is computed anew from them.
Exit code: 0 everything holds, 1 something does not, 2 it can't be read.
"""
import base64
import csv
import hashlib
import io
import json
import os
import re
import sys
import zipfile


# --- ES256: ECDSA over P-256 with SHA-256 (FIPS 186-5), verification only -------------------------------------------------------
P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296, 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def add(a, b):
    if a is None:
        return b
    if b is None:
        return a
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], P - 2, P) % P
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], P - 2, P) % P
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(k, point):
    result = None
    while k:
        if k & 1:
            result = add(result, point)
        point = add(point, point)
        k >>= 1
    return result


def es256(key, data, signature):
    """Whether the 64 bytes r, s are that key's signature over the data."""
    x, y = (int.from_bytes(unbase64(key[c]), "big") for c in ("x", "y"))
    if len(signature) != 64 or not (0 <= x < P and 0 <= y < P) or (y * y - (x * x * x - 3 * x + B)) % P:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < N and 0 < s < N):
        return False
    w = pow(s, N - 2, N)
    e = int.from_bytes(hashlib.sha256(data).digest(), "big")
    point = add(times(e * w % N, G), times(r * w % N, (x, y)))
    return point is not None and point[0] % N == r


def unbase64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def thumbprint(key):
    text = '{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}' % (key["x"], key["y"])
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def signed(jws, payload, keys, wanted):
    """What is wrong with a detached JWS (RFC 7515, appendix F); None when it is a key's signature."""
    parts = jws.strip().split(".")
    if len(parts) != 3 or parts[1]:
        return "the signature is no detached JWS"
    header = json.loads(unbase64(parts[0]))
    if header.get("alg") != "ES256":
        return "the signature is not ES256"
    if wanted and header.get("kid") != wanted:
        return "it is signed by key %s, not by %s" % (header.get("kid"), wanted)
    key = next((k for k in keys if thumbprint(k) == header.get("kid")), None)
    if key is None:
        return "the key that signed it (%s) is not among the keys" % header.get("kid")
    data = (parts[0] + "." + base64.urlsafe_b64encode(payload).rstrip(b"=").decode()).encode()
    return None if es256(key, data, unbase64(parts[2])) else "the signature does not fit what it signs"


# --- Merkle tree of RFC 6962 ------------------------------------------------------------------------------------------------------
def leaf(content):
    return hashlib.sha256(b"\0" + content).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def included(index, size, hash_, proof, root):
    if not 0 <= index < size:
        return False
    fn, sn = index, size - 1
    for step in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            hash_ = node(step, hash_)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            hash_ = node(hash_, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and hash_ == root


class Frontier:
    def __init__(self):
        self.size, self.peaks = 0, []

    def append(self, hash_):
        rest = self.size
        while rest & 1:
            hash_ = node(self.peaks.pop(), hash_)
            rest >>= 1
        self.peaks.append(hash_)
        self.size += 1

    def root(self):
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node(peak, root)
        return root


# --- entries ----------------------------------------------------------------------------------------------------------------------
FIELDS = ("sequence", "at", "actorKind", "actorId", "actorName", "origin", "action", "subjectType", "subjectId", "reason", "details", "previousHash")


def canonical(entry):
    out = b"governance-audit-v1"
    for name in FIELDS:
        value = entry[name]
        if value is None:
            out += b"-,"
        else:
            raw = str(value).encode("utf-8")
            out += str(len(raw)).encode() + b":" + raw + b","
    return out


def json_entries(lines):
    for line in lines:
        if line.strip():
            entry = json.loads(line)
            yield entry["sequence"], entry["previousHash"], entry["hash"], entry["proof"], entry


def csv_entries(lines):
    for row in csv.DictReader(lines):
        yield int(row["sequence"]), row["previousHash"], row["hash"], row["proof"].split(), None


def cef_entries(lines):
    for line in lines:
        if line.strip():
            found = re.search(r"externalId=(\d+) .*? cs2=([0-9a-f]{64}) .*? cs3=([0-9a-f]{64}) .*? cs4=([0-9a-f,]*)", line)
            if not found:
                raise ValueError("a line is no entry: " + line[:80])
            yield int(found.group(1)), found.group(3), found.group(2), [p for p in found.group(4).split(",") if p], None


class Package:
    def __init__(self, path):
        self.path = path
        self.zip = zipfile.ZipFile(path) if os.path.isfile(path) else None

    def names(self):
        return self.zip.namelist() if self.zip else os.listdir(self.path)

    def open(self, name):
        raw = self.zip.open(name) if self.zip else open(os.path.join(self.path, name), "rb")
        return io.TextIOWrapper(raw, encoding="utf-8", newline="")


def text_of(checkpoint):
    return ("governance-checkpoint-v1\n%d\n%s\n%s\n%d\n%s\n" % tuple(checkpoint[k] for k in ("size", "root", "headHash", "at", "keyId"))).encode()


def verify(path, kept, wanted):
    package = Package(path)
    keys = json.load(package.open("keys.json"))["keys"]
    checkpoint = json.load(package.open("checkpoint.json"))
    problem = signed(checkpoint["signature"], text_of(checkpoint), keys, wanted)
    if problem:
        return "checkpoint.json: " + problem
    if kept:
        problem = signed(kept["signature"], text_of(kept), keys, wanted)
        if problem:
            return "the kept checkpoint: " + problem
        if kept["size"] > checkpoint["size"]:
            return "the log was cut off: %d entries were signed, the export's checkpoint covers %d" % (kept["size"], checkpoint["size"])
    readers = {"entries.jsonl": json_entries, "entries.csv": csv_entries, "entries.cef": cef_entries}
    name = next((n for n in package.names() if n in readers), None)
    if name is None:
        return "there are no entries"
    root, frontier, before, count, contents = bytes.fromhex(checkpoint["root"]), Frontier(), None, 0, 0
    for sequence, previous, hash_, proof, entry in readers[name](package.open(name)):
        where = "%s: entry %d: " % (name, sequence)
        if before and sequence <= before[0]:
            return where + "entries are out of order"
        if entry is not None:
            if hashlib.sha256(canonical(entry)).hexdigest() != hash_:
                return where + "its content does not give its hash: it was changed"
            contents += 1
        if before and sequence == before[0] + 1 and previous != before[1]:
            return where + "it is not chained to the entry before it"
        if not included(sequence - 1, checkpoint["size"], leaf(bytes.fromhex(hash_)), [bytes.fromhex(p) for p in proof], root):
            return where + "its proof does not lead to the signed root: it is not in the signed log"
        if frontier.size == sequence - 1:
            frontier.append(leaf(bytes.fromhex(hash_)))
            if kept and frontier.size == kept["size"] and frontier.root().hex() != kept["root"]:
                return "the log was rewritten: its first %d entries are not those that were signed in the kept checkpoint" % kept["size"]
        before, count = (sequence, hash_), count + 1
    whole = frontier.size == checkpoint["size"]
    if whole and (frontier.root() != root or before[1] != checkpoint["headHash"]):
        return "the entries do not give the signed root"
    if kept and frontier.size < kept["size"]:
        return "to compare with a kept checkpoint, the export has to hold every entry from the first"
    print("Intact: %d entries, each in the log of %d that key %s signed%s%s." % (
        count, checkpoint["size"], checkpoint["keyId"],
        "; the export is the whole log" if whole else "",
        "; contents recomputed" if contents == count and count else "; contents can't be recomputed from this format, hashes and proofs hold"))
    return None


def main(arguments):
    rest, kept, wanted = [], None, None
    while arguments:
        word = arguments.pop(0)
        if word == "--checkpoint" and arguments:
            with open(arguments.pop(0), encoding="utf-8") as file:
                kept = json.loads([line for line in file.read().splitlines() if line.strip()][-1])
        elif word == "--key" and arguments:
            wanted = arguments.pop(0)
        else:
            rest.append(word)
    if len(rest) != 1 or rest[0].startswith("-"):
        print(__doc__.strip())
        return 2
    try:
        problem = verify(rest[0], kept, wanted)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as fault:
        print("NOT intact: it can't be read (%s: %s)" % (type(fault).__name__, fault))
        return 1
    if problem:
        print("NOT intact: " + problem)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
