"""PyJWT's PyJWKClient, as a relying party of the issuer."""

import jwt
import pytest

# The service's clock stands at the forged platform's time, and PyJWT takes no other than the machine's.
THEN = {"verify_exp": False, "require": ["iss", "aud", "sub", "exp", "iat", "jti"]}


def decode(token, client, **changed):
    key = client.get_signing_key_from_jwt(token)
    expected = {"algorithms": ["RS256"], "issuer": changed.pop("issuer"), "audience": changed.pop("audience")}
    return jwt.decode(token, key, options=THEN, **expected)


@pytest.mark.parametrize("path", ["jwks.json", ".well-known/jwks.json"])
def test_a_token_is_verified_by_the_published_keys(url, token, path):
    client = jwt.PyJWKClient(f"{url}/{path}")
    claims = decode(token, client, issuer=url, audience=url)
    assert claims["tee"] == "tdx"
    assert claims["exp"] - claims["iat"] <= 21_600
    assert claims["sub"].startswith("att1:tdx:strict:")


def test_a_token_for_somebody_else_is_refused(url, token):
    client = jwt.PyJWKClient(f"{url}/jwks.json")
    with pytest.raises(jwt.InvalidAudienceError):
        decode(token, client, issuer=url, audience="https://other.example")
    with pytest.raises(jwt.InvalidIssuerError):
        decode(token, client, issuer=url + "/", audience=url)
    head, payload, signature = token.split(".")
    with pytest.raises(jwt.InvalidSignatureError):
        decode(".".join([head, payload, signature[:-8] + "AAAAAAAA"]), client, issuer=url, audience=url)
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(token, client.get_signing_key_from_jwt(token), algorithms=["RS256"], audience=url)
