"""PyJWT's verdicts: see ../conformance/tests/differential.rs."""

import json
import sys

import jwt

setup = json.loads(sys.stdin.readline())
key = jwt.PyJWK(setup["jwk"])
for line in sys.stdin:
    try:
        jwt.decode(
            json.loads(line),
            key,
            algorithms=["ES256"],
            issuer=setup["issuer"],
            audience=setup["audience"],
            options={"require": ["exp"]},
        )
        print(1)
    except (jwt.InvalidTokenError, ValueError, TypeError, RecursionError, OverflowError, AttributeError):
        print(0)
