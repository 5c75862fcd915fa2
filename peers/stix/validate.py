"""A STIX bundle on standard input; whether the library of the STIX project takes it, as JSON."""
import json
import sys

import stix2

try:
    bundle = stix2.parse(sys.stdin.read(), allow_custom=False)
    known = {each["id"] for each in bundle["objects"]}
    lost = sorted(ref for each in bundle["objects"] for ref in each.get("object_refs", []) if ref not in known)
    print(json.dumps({"valid": not lost, "errors": lost}))
except Exception as error:  # whatever it says against it is the answer
    print(json.dumps({"valid": False, "errors": [str(error)]}))
