#!/usr/bin/env python3
"""Checks an evidence package: hashes, signature (ES256), figures and samples. Python 3 standard library only.

Usage: python3 verify.py [--key THUMBPRINT] [FOLDER]
Exit code 0 when everything holds, 1 when something does not, 2 when it could not be checked.
"""
import base64, csv, hashlib, json, os, sys

# The curve P-256 (FIPS 186-4, D.1.2.3).
P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff
N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b
G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
     0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)


def add(a, b):
    if a is None:
        return b
    if b is None:
        return a
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        m = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P) % P
    else:
        m = (b[1] - a[1]) * pow(b[0] - a[0], -1, P) % P
    x = (m * m - a[0] - b[0]) % P
    return x, (m * (a[0] - x) - a[1]) % P


def multiply(k, point):
    total = None
    while k:
        if k & 1:
            total = add(total, point)
        point = add(point, point)
        k >>= 1
    return total


def es256_holds(message, signature, q):
    """ECDSA over P-256 with SHA-256; the signature is r and s, 32 bytes each."""
    if len(signature) != 64:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < N and 0 < s < N):
        return False
    if not (0 <= q[0] < P and 0 <= q[1] < P) or (q[1] * q[1] - (q[0] ** 3 - 3 * q[0] + B)) % P:
        return False
    e, w = int.from_bytes(hashlib.sha256(message).digest(), "big"), pow(s, -1, N)
    point = add(multiply(e * w % N, G), multiply(r * w % N, q))
    return point is not None and point[0] % N == r


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    if not all(c.isascii() and (c.isalnum() or c in "-_") for c in text):
        raise ValueError("no base64url")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def thumbprint(key):
    """RFC 7638."""
    members = '{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}' % (key["x"], key["y"])
    return encode(hashlib.sha256(members.encode()).digest())


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def check_signature(folder, manifest, trusted):
    """What is wrong with the signature, and the key's thumbprint."""
    for name in ("signing-key.json", "manifest.jws"):
        if not os.path.isfile(os.path.join(folder, name)):
            return name + " is missing: the signature can't be checked", None
    try:
        with open(os.path.join(folder, "signing-key.json"), encoding="utf-8") as file:
            key = json.load(file)
        kid = thumbprint(key)
        point = int.from_bytes(decode(key["x"]), "big"), int.from_bytes(decode(key["y"]), "big")
        if key.get("kty") != "EC" or key.get("crv") != "P-256" or key["kid"] != kid:
            raise ValueError("it is no P-256 key, or its thumbprint is another")
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        return "signing-key.json was changed: %s" % fault, None
    try:
        with open(os.path.join(folder, "manifest.jws"), encoding="ascii") as file:
            header, payload, signature = file.read().strip().split(".")
        head = json.loads(decode(header))
        if payload or head.get("alg") != "ES256" or head.get("kid") != kid:
            raise ValueError("it is no detached ES256 signature by this key")
        holds = es256_holds((header + "." + encode(manifest)).encode(), decode(signature), point)
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        return "manifest.jws was changed: %s" % fault, kid
    if not holds:
        return "manifest.json, manifest.jws or signing-key.json was changed: the signature does not hold", kid
    if trusted and trusted != kid:
        return "signing-key.json: signed by %s, and not by the key %s that you trust" % (kid, trusted), kid
    return None, kid


def check_checkpoint(folder):
    """The checkpoint of the audit log, where it was signed with the package's own key."""
    path = os.path.join(folder, "audit-checkpoint.json")
    if not os.path.isfile(path):
        return None
    try:
        with open(path, encoding="utf-8") as file:
            c = json.load(file)
        with open(os.path.join(folder, "signing-key.json"), encoding="utf-8") as file:
            key = json.load(file)
        if c["keyId"] != key["kid"]:
            return None
        text = "governance-checkpoint-v1\n%d\n%s\n%s\n%d\n%s\n" % (c["size"], c["root"], c["headHash"], c["at"], c["keyId"])
        header, _, signature = c["signature"].split(".")
        point = int.from_bytes(decode(key["x"]), "big"), int.from_bytes(decode(key["y"]), "big")
        if es256_holds((header + "." + encode(text.encode())).encode(), decode(signature), point):
            return None
        return "audit-checkpoint.json: its signature does not hold"
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as fault:
        return "audit-checkpoint.json can't be checked: %s" % fault


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file, strict=True)):
            cells = [c[1:] if c.startswith("'") else c for c in row]
            if number:
                if len(cells) != 9 or cells[3] not in ("Met", "Exception", "CannotTell"):
                    raise ValueError("row %d is no record of a population" % number)
                yield cells


def check_figures(folder, problems):
    try:
        with open(os.path.join(folder, "facts.json"), encoding="utf-8") as file:
            facts = json.load(file)
        metrics, seed, size = facts["metrics"], facts["seed"], facts["sampleSize"]
    except (ValueError, KeyError, TypeError, OSError) as fault:
        problems.append("figures: facts.json can't be read: %s" % fault)
        return 0
    counted = 0
    for metric in metrics:
        name = metric.get("id") if isinstance(metric, dict) else None
        if name is None:
            problems.append("figures: facts.json has a metric without an id")
            continue
        if metric.get("unmeasured") or name == "M35":
            continue
        try:
            counts, ranks = {"Met": 0, "Exception": 0, "CannotTell": 0}, []
            for cells in rows(os.path.join(folder, "populations", name + ".csv")):
                counts[cells[3]] += 1
                ranks.append((hashlib.sha256(("%s|%s|%s" % (seed, name, cells[0])).encode()).hexdigest(), cells[0]))
            ranks.sort()
            found = counts["Met"], sum(counts.values()), counts["CannotTell"]
            said = metric["numerator"], metric["denominator"], metric["cannotTell"]
            if found != said:
                problems.append("figures: populations/%s.csv counts %d of %d (%d can't be told), facts.json says %d of %d (%d)" % ((name,) + found + said))
            drawn = [i for _, i in ranks[:size]]
            if drawn != [r["id"] for r in metric["sample"]] or drawn != [c[0] for c in rows(os.path.join(folder, "samples", name + ".csv"))]:
                problems.append("figures: samples/%s.csv is not the sample that the seed draws" % name)
            listed = sum(1 for _ in rows(os.path.join(folder, "exceptions", name + ".csv")))
            if listed != found[1] - found[0]:
                problems.append("figures: exceptions/%s.csv lists %d records, the population has %d" % (name, listed, found[1] - found[0]))
            counted += 1
        except (ValueError, KeyError, TypeError, IndexError, OSError, csv.Error) as fault:
            problems.append("figures: %s can't be counted: %s" % (name, fault))
    return counted


def verify(folder, trusted=None):
    """All problems, and what was checked."""
    problems = []
    try:
        with open(os.path.join(folder, "manifest.json"), "rb") as file:
            raw = file.read()
    except OSError:
        return ["manifest.json is missing in %s: this is no finished package" % folder], "", 0, 0
    wrong, kid = check_signature(folder, raw, trusted)
    if wrong:
        problems.append(wrong)
    try:
        manifest = json.loads(raw)
        files = {f["path"]: f for f in manifest["files"]}
        data_hash = manifest["dataHash"]
    except (ValueError, KeyError, TypeError) as fault:
        return problems + ["manifest.json can't be read: %s" % fault], kid, 0, 0
    there = []
    for base, _, names in os.walk(folder):
        there += [os.path.relpath(os.path.join(base, n), folder).replace(os.sep, "/") for n in names]
    there = sorted(set(there) - {"manifest.json", "manifest.jws"})
    hashes = {path: sha256(os.path.join(folder, path)) for path in there}
    for path in sorted(files):
        if path not in hashes:
            problems.append("%s is missing" % path)
        elif hashes[path] != files[path]["sha256"] or os.path.getsize(os.path.join(folder, path)) != files[path]["bytes"]:
            problems.append("%s was changed: its SHA-256 is %s, the manifest says %s" % (path, hashes[path], files[path]["sha256"]))
    problems += ["%s was added: the manifest doesn't name it" % path for path in there if path not in files]
    lines = "".join("%s  %s\n" % (hashes[p], p) for p in there if p.endswith(".csv") or p == "facts.json")
    wrong = check_checkpoint(folder)
    if wrong:
        problems.append(wrong)
    after = []
    if hashlib.sha256(lines.encode()).hexdigest() != data_hash:
        after.append("the data hash in manifest.json is not that of facts.json and the populations")
    figures = check_figures(folder, after)
    return problems + after, kid, len(files), figures


def main(arguments):
    trusted = None
    if "--key" in arguments:
        at = arguments.index("--key")
        if at + 1 >= len(arguments):
            print(__doc__)
            return 2
        trusted = arguments[at + 1]
        del arguments[at:at + 2]
    folder = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    problems, kid, files, figures = verify(folder, trusted)
    for problem in problems:
        print("NOT intact: " + problem)
    if problems:
        return 1
    print("Intact: %d files are what the manifest says, %d figures are those of their populations." % (files, figures))
    print("Signed by %s%s" % (kid, "." if trusted else ". Compare this with the key that the organisation publishes."))
    return 0


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.exit(main(sys.argv[1:]))
