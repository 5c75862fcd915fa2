"""The reference tool as one process: a request a line on standard input, an answer a line on standard output.

{"cli": [arguments]} is its command line; {"verb", "model", "signature", "key", "method", "algorithm"} its library, which can do more;
{"before1": {"model", "signature", "key", "predicate"}} signs as it did before 1.0, through the functions by which it still verifies that.
{"sigstore": {"bundle", "root", "identity", "issuer"}} has Sigstore's own library judge a bundle against a trusted root, both as texts.
Every answer is {"ok": whether it ended well, "why": what it said}.
"""
import base64
import contextlib
import io
import json
import sys
import tempfile

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from model_signing import hashing, signing, verifying
from model_signing._cli import main
from model_signing._signing import sign_ec_key, sign_sigstore_pb
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier
from sigstore.verify.policy import Identity


def by_library(verb, model, signature, key, method, algorithm):
    config = hashing.Config()
    how = dict(hashing_algorithm=algorithm)
    if method == "shards":
        config = config.use_shard_serialization(shard_size=70000, **how)
    else:
        config = config.use_file_serialization(**how)
    if verb == "sign":
        signing.Config().use_elliptic_key_signer(private_key=key).set_hashing_config(config).sign(model, signature)
    else:
        verifying.Config().use_elliptic_key_verifier(public_key=key).set_hashing_config(config).verify(model, signature)


def before1(model, signature, key, predicate):
    resources = list(hashing.Config().hash(model).resource_descriptors())
    subject = [{"name": each.identifier, "digest": {"sha256": each.digest.digest_hex}} for each in resources]
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subject,
        "predicateType": predicate,
        "predicate": {"it's": "a \\ quoted \t thing"},
    }
    payload = json.dumps(statement, ensure_ascii=False).encode()
    with open(key, "rb") as file:
        private = serialization.load_pem_private_key(file.read(), None)
    hashed = ec.ECDSA(sign_ec_key.get_ec_key_hash(private.public_key()))
    sig = private.sign(sign_sigstore_pb.pae_compat(payload), hashed)
    pem = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    encoded = lambda content: base64.b64encode(content).decode()
    bundle = {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"rawBytes": encoded(pem)}},
        "dsseEnvelope": {
            "payload": encoded(payload),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"sig": encoded(sig)}],
        },
    }
    with open(signature, "w") as file:
        json.dump(bundle, file)


def sigstore(bundle, root, identity, issuer):
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(root)
        file.flush()
        verifier = Verifier(trusted_root=TrustedRoot.from_file(file.name))
    verifier.verify_dsse(Bundle.from_json(bundle), Identity(identity=identity, issuer=issuer))


def do(request):
    if "cli" in request:
        # Its command ends by SystemExit, with 0 or nothing where it went well.
        main(request["cli"])
    elif "before1" in request:
        before1(**request["before1"])
    elif "sigstore" in request:
        sigstore(**request["sigstore"])
    else:
        by_library(**request)


def answered(request):
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            do(request)
        return {"ok": True, "why": said.getvalue()}
    except SystemExit as end:
        return {"ok": end.code in (0, None), "why": said.getvalue()}
    except Exception as error:  # whatever it says against it is the answer
        return {"ok": False, "why": f"{said.getvalue()}{type(error).__name__}: {error}"}


for line in sys.stdin:
    print(json.dumps(answered(json.loads(line))), flush=True)
