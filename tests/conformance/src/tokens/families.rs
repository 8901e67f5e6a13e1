//! Every algorithm but ES256: a good token, and signatures that a careless verifier takes for good.

use std::ops::{Add, Mul};

use ed25519_dalek::Signer as _;
use serde_json::{Value, json};
use veriquote::crypto::{CryptoProvider as _, HashAlgorithm, RustCrypto};
use veriquote_forge::tpm::{PcrHash, RsaKey};

use super::maker::{TokenCase, b64, claims, header, request, with};

type Answer = Option<(&'static str, &'static str)>;

const SIGNATURE: Answer = Some(("jwt.signature", "token.signature"));

/// The cases.
pub(super) fn all() -> Vec<TokenCase> {
    let mut list = good();
    list.extend(paddings());
    list.extend(salts());
    list.extend(curves());
    list.extend(edwards());
    list
}

/// A token of this algorithm under this key, and a caller who accepts the algorithm.
fn token(alg: &str, jwk: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> Value {
    let header = with(header(), "/alg", json!(alg)).to_string();
    let input = format!("{}.{}", b64(header.as_bytes()), b64(claims().to_string().as_bytes()));
    let signature = b64(&sign(input.as_bytes()));
    let request = with(request(&format!("{input}.{signature}")), "/jwks", json!({ "keys": [jwk] }));
    with(request, "/options/expect/algorithms", json!({ "one_of": [alg] }))
}

fn case(
    id: &'static str,
    note: &'static str,
    source: &'static str,
    request: Value,
    expected: Answer,
) -> TokenCase {
    TokenCase { id, note, source, request, expected }
}

fn flipped(mut signature: Vec<u8>) -> Vec<u8> {
    let middle = signature.len() / 2;
    signature[middle] ^= 1;
    signature
}

fn rsa_jwk(exponent: &str) -> Value {
    json!({ "kty": "RSA", "kid": "k1", "use": "sig", "n": b64(&RsaKey::First.modulus()), "e": exponent })
}

fn pkcs1(hash: PcrHash) -> impl Fn(&[u8]) -> Vec<u8> {
    move |message| RsaKey::First.rsassa(hash, message)
}

fn pss(hash: PcrHash, salt: usize) -> impl Fn(&[u8]) -> Vec<u8> {
    move |message| RsaKey::First.pss(hash, salt, message)
}

fn p384() -> p384::ecdsa::SigningKey {
    p384::ecdsa::SigningKey::from_slice(&[0x33; 48]).expect("a scalar")
}

fn sign_p384(message: &[u8]) -> Vec<u8> {
    let signature: p384::ecdsa::Signature = p384().sign(message);
    signature.to_bytes().to_vec()
}

/// A key of which a coordinate begins with a zero byte.
fn p521() -> p521::ecdsa::SigningKey {
    let keys = (1..=255_u8).map(|number| {
        let scalar = [&[0][..], &[number; 65]].concat();
        p521::ecdsa::SigningKey::from_slice(&scalar).expect("a scalar")
    });
    keys.into_iter().find(|key| coordinates_p521(key).0[0] == 0).expect("half of all keys")
}

fn coordinates_p521(key: &p521::ecdsa::SigningKey) -> (Vec<u8>, Vec<u8>) {
    let point = p521::ecdsa::VerifyingKey::from(key).to_sec1_point(false);
    let (x, y) = point.as_bytes()[1..].split_at(66);
    (x.to_vec(), y.to_vec())
}

fn sign_p521(message: &[u8]) -> Vec<u8> {
    let signature: p521::ecdsa::Signature = p521().sign(message);
    signature.to_bytes().to_vec()
}

fn ec_jwk(curve: &str, x: &[u8], y: &[u8]) -> Value {
    json!({ "kty": "EC", "crv": curve, "kid": "k1", "use": "sig", "x": b64(x), "y": b64(y) })
}

fn p384_jwk() -> Value {
    let point = p384().verifying_key().to_sec1_point(false);
    let (x, y) = point.as_bytes()[1..].split_at(48);
    ec_jwk("P-384", x, y)
}

fn p521_jwk() -> Value {
    let (x, y) = coordinates_p521(&p521());
    ec_jwk("P-521", &x, &y)
}

fn ed25519() -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[0x25; 32])
}

fn okp_jwk(x: &[u8]) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "kid": "k1", "use": "sig", "x": b64(x) })
}

fn ed_jwk() -> Value {
    okp_jwk(ed25519().verifying_key().as_bytes())
}

fn sign_ed(message: &[u8]) -> Vec<u8> {
    ed25519().sign(message).to_bytes().to_vec()
}

/// A good token of each algorithm, and the same with one bit changed in its signature.
fn good() -> Vec<TokenCase> {
    type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;
    let list: [(&str, &'static str, &'static str, Value, Sign); 9] = [
        ("RS256", "rs/good-256", "rs/flipped-256", rsa_jwk("AQAB"), Box::new(pkcs1(PcrHash::Sha256))),
        ("RS384", "rs/good-384", "rs/flipped-384", rsa_jwk("AQAB"), Box::new(pkcs1(PcrHash::Sha384))),
        ("RS512", "rs/good-512", "rs/flipped-512", rsa_jwk("AQAB"), Box::new(pkcs1(PcrHash::Sha512))),
        ("PS256", "ps/good-256", "ps/flipped-256", rsa_jwk("AQAB"), Box::new(pss(PcrHash::Sha256, 32))),
        ("PS384", "ps/good-384", "ps/flipped-384", rsa_jwk("AQAB"), Box::new(pss(PcrHash::Sha384, 48))),
        ("PS512", "ps/good-512", "ps/flipped-512", rsa_jwk("AQAB"), Box::new(pss(PcrHash::Sha512, 64))),
        ("ES384", "es/good-384", "es/flipped-384", p384_jwk(), Box::new(sign_p384)),
        ("ES512", "es/good-512", "es/flipped-512", p521_jwk(), Box::new(sign_p521)),
        ("EdDSA", "ed/good", "ed/flipped", ed_jwk(), Box::new(sign_ed)),
    ];
    let mut cases = Vec::new();
    for (alg, good, bad, jwk, sign) in list {
        let source = "RFC 7518, 3; RFC 8037, 3.1";
        cases.push(case(good, "a good token", source, token(alg, &jwk, &sign), None));
        let changed = token(alg, &jwk, |message| flipped(sign(message)));
        cases.push(case(bad, "one bit of the signature", source, changed, SIGNATURE));
    }
    cases
}

/// `00 kind ff … ff 00 tail`, and garbage up to 256 bytes, as a signature.
fn block(kind: u8, padding: usize, tail: &[u8]) -> Vec<u8> {
    let mut block = vec![0, kind];
    block.resize(2 + padding, 0xff);
    block.push(0);
    block.extend(tail);
    block.resize(256, 0xa5);
    RsaKey::First.raw(&block)
}

/// The same without garbage.
fn whole(kind: u8, tail: &[u8]) -> Vec<u8> {
    block(kind, 256 - 3 - tail.len(), tail)
}

const DIGEST_INFO_SHA256: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];

fn info(message: &[u8]) -> Vec<u8> {
    [&DIGEST_INFO_SHA256[..], &PcrHash::Sha256.digest(&[message])].concat()
}

/// The algorithm's parameters, a NULL, left out and the lengths made to fit.
fn info_without_null(message: &[u8]) -> Vec<u8> {
    let head = [&[0x30, 0x2f, 0x30, 0x0b][..], &DIGEST_INFO_SHA256[4..15], &[4, 0x20]].concat();
    [head, PcrHash::Sha256.digest(&[message])].concat()
}

fn paddings() -> Vec<TokenCase> {
    type Sign = fn(&[u8]) -> Vec<u8>;
    let encoding = "RFC 8017, 9.2";
    let range = "RFC 8017, 5.2.2 and 8.2.2";
    let list: [(&'static str, &'static str, &'static str, Sign); 14] = [
        (
            "rs/garbage-behind",
            "eight bytes of padding, and garbage behind the digest",
            "Bleichenbacher 2006; CVE-2006-4339",
            |message| block(1, 8, &info(message)),
        ),
        ("rs/block-type-two", "padded as if for encryption", encoding, |message| whole(2, &info(message))),
        ("rs/no-null", "the digest's algorithm without its parameters", encoding, |message| {
            whole(1, &info_without_null(message))
        }),
        ("rs/digest-alone", "no algorithm beside the digest", encoding, |message| {
            whole(1, &PcrHash::Sha256.digest(&[message]))
        }),
        ("rs/sha1", "RS256 over SHA-1", "RFC 7518, 3.3", |message| {
            RsaKey::First.rsassa(PcrHash::Sha1, message)
        }),
        ("rs/sha512", "RS256 over SHA-512", "RFC 7518, 3.3", |message| {
            RsaKey::First.rsassa(PcrHash::Sha512, message)
        }),
        ("rs/pss-inside", "PSS under RS256", "RFC 8725, 3.1", |message| {
            RsaKey::First.pss(PcrHash::Sha256, 32, message)
        }),
        ("rs/zero-before", "a byte too many", range, |message| {
            [vec![0], RsaKey::First.rsassa(PcrHash::Sha256, message)].concat()
        }),
        ("rs/short", "a byte too few", range, |message| {
            RsaKey::First.rsassa(PcrHash::Sha256, message)[1..].to_vec()
        }),
        ("rs/zero", "the number 0", range, |_| vec![0; 256]),
        ("rs/one", "the number 1", range, |_| [&[0; 255][..], &[1]].concat()),
        ("rs/modulus", "the modulus itself", range, |_| RsaKey::First.modulus()),
        ("rs/above-modulus", "not below the modulus", range, |_| vec![0xff; 256]),
        ("rs/stranger", "signed with another RSA key", "RFC 7515", |message| {
            RsaKey::Second.rsassa(PcrHash::Sha256, message)
        }),
    ];
    let jwk = rsa_jwk("AQAB");
    let mut cases: Vec<TokenCase> = list
        .into_iter()
        .map(|(id, note, source, sign)| case(id, note, source, token("RS256", &jwk, sign), SIGNATURE))
        .collect();
    let forged = |message: &[u8]| {
        let mut prefix = vec![0, 1];
        prefix.resize(10, 0xff);
        prefix.push(0);
        cube_root(&[prefix, info(message)].concat())
    };
    cases.push(case(
        "rs/exponent-three",
        "a cube root, made without the private key, under a key with the exponent 3",
        "Bleichenbacher 2006; CVE-2006-4339",
        token("RS256", &rsa_jwk("Aw"), forged),
        SIGNATURE,
    ));
    // The signature is good, under the algorithm that the header names.
    let bound = with(jwk, "/alg", json!("RS256"));
    let request = token("PS256", &bound, pss(PcrHash::Sha256, 32));
    cases.push(case(
        "ps/key-of-rs",
        "PS256 with a key that is bound to RS256",
        "RFC 8725, 3.1; CVE-2026-22818",
        with(request, "/options/expect/algorithms", json!({ "one_of": ["RS256", "PS256"] })),
        Some(("jwt.key.algorithm", "token.header.alg")),
    ));
    cases
}

/// The least number of which the cube, as 256 bytes, begins with `prefix`.
fn cube_root(prefix: &[u8]) -> Vec<u8> {
    let mut wanted = prefix.to_vec();
    wanted.resize(256, 0);
    let mut root = vec![0_u8; 88];
    for bit in 0..88 * 8 {
        root[bit / 8] |= 0x80 >> (bit % 8);
        if cube(&root) > wanted {
            root[bit / 8] &= !(0x80 >> (bit % 8));
        }
    }
    // The greatest whose cube is not above; the next one's is, by less than the free bytes hold.
    for byte in root.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
    }
    assert!(cube(&root).starts_with(prefix), "a verifier that does not look further is deceived");
    [&[0; 168][..], &root].concat()
}

/// As 256 bytes, or all ones where it is longer.
fn cube(number: &[u8]) -> Vec<u8> {
    let cube = multiply(&multiply(number, number), number);
    let (high, low) = cube.split_at(cube.len() - 256);
    if high.iter().any(|byte| *byte != 0) { vec![0xff; 256] } else { low.to_vec() }
}

fn multiply(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut columns = vec![0_u64; a.len() + b.len()];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            columns[i + j + 1] += u64::from(*x) * u64::from(*y);
        }
    }
    let mut carry = 0;
    let mut product = vec![0; columns.len()];
    for (byte, column) in product.iter_mut().zip(columns).rev() {
        carry += column;
        *byte = carry.to_le_bytes()[0];
        carry >>= 8;
    }
    product
}

fn salts() -> Vec<TokenCase> {
    let jwk = rsa_jwk("AQAB");
    let source = "RFC 7518, 3.5";
    let ps = |sign: &dyn Fn(&[u8]) -> Vec<u8>| token("PS256", &jwk, sign);
    let mut cases = Vec::new();
    for (id, salt) in
        [("ps/salt-0", 0), ("ps/salt-20", 20), ("ps/salt-31", 31), ("ps/salt-33", 33), ("ps/salt-222", 222)]
    {
        let request = ps(&pss(PcrHash::Sha256, salt));
        cases.push(case(id, "a salt that is not as long as the digest", source, request, SIGNATURE));
    }
    let mask =
        |message: &[u8]| RsaKey::First.raw(&RsaKey::pss_block(PcrHash::Sha256, PcrHash::Sha1, 32, message));
    cases.push(case("ps/mask-sha1", "the mask by SHA-1", source, ps(&mask), SIGNATURE));
    let trailer = |message: &[u8]| {
        let mut block = RsaKey::pss_block(PcrHash::Sha256, PcrHash::Sha256, 32, message);
        block[255] = 0xcc;
        RsaKey::First.raw(&block)
    };
    cases.push(case("ps/trailer", "another last byte", "RFC 8017, 9.1.2", ps(&trailer), SIGNATURE));
    cases.push(case("ps/sha384", "PS256 over SHA-384", source, ps(&pss(PcrHash::Sha384, 48)), SIGNATURE));
    let request = ps(&pkcs1(PcrHash::Sha256));
    cases.push(case("ps/pkcs1-inside", "PKCS #1 v1.5 under PS256", source, request, SIGNATURE));
    cases
}

fn curves() -> Vec<TokenCase> {
    let source = "RFC 7518, 3.4";
    let psychic = "CVE-2022-21449";
    let (x, y) = coordinates_p521(&p521());
    let stripped = ec_jwk("P-521", &x[1..], &y);
    let es384 = |sign: fn(&[u8]) -> Vec<u8>| token("ES384", &p384_jwk(), sign);
    let es512 = |sign: fn(&[u8]) -> Vec<u8>| token("ES512", &p521_jwk(), sign);
    let swapped = es384(|message| {
        let signature = sign_p384(message);
        [&signature[48..], &signature[..48]].concat()
    });
    let short = es512(|message| {
        let signature = sign_p521(message);
        [&signature[1..66], &signature[67..]].concat()
    });
    let of_es256 = es384(|message| sign_p384(message)[..64].to_vec());
    vec![
        case("es/zeros-384", "r and s are 0", psychic, es384(|_| vec![0; 96]), SIGNATURE),
        case("es/zeros-512", "r and s are 0", psychic, es512(|_| vec![0; 132]), SIGNATURE),
        case("es/swapped-384", "s ‖ r", source, swapped, SIGNATURE),
        case("es/short-384", "the length of ES256", source, of_es256, SIGNATURE),
        case("es/short-512", "halves of 65 bytes", source, short, SIGNATURE),
        case(
            "es/stripped-512",
            "a coordinate without its leading zero",
            "RFC 7518, 6.2.1.2; keylime, P-521",
            token("ES512", &stripped, sign_p521),
            Some(("jwt.key.invalid", "jwks.key.x")),
        ),
    ]
}

fn edwards() -> Vec<TokenCase> {
    let source = "RFC 8032, 5.1.7";
    let signed = |sign: fn(&[u8]) -> Vec<u8>| token("EdDSA", &ed_jwk(), sign);
    let malleable = signed(|message| {
        let mut signature = sign_ed(message);
        let mut carry = 0;
        for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            *byte = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
        signature
    });
    let identity = [&[1][..], &[0; 31]].concat();
    let nothing = [&identity[..], &[0; 32]].concat();
    vec![
        case("ed/malleable", "S + L: a second signature for one message", source, malleable, SIGNATURE),
        case("ed/zeros", "nothing but zeros", source, signed(|_| vec![0; 64]), SIGNATURE),
        case(
            "ed/short",
            "a byte too few",
            source,
            signed(|message| sign_ed(message)[..63].to_vec()),
            SIGNATURE,
        ),
        case(
            "ed/small-order-r",
            "a nonce of small order, with which the equation holds",
            "RFC 8032, 8.9",
            signed(sign_with_identity),
            SIGNATURE,
        ),
        case(
            "ed/non-canonical",
            "a coordinate above the field's prime: another text of the key of y = 3",
            "RFC 8032, 5.1.3",
            token("EdDSA", &okp_jwk(&[&[0xf0][..], &[0xff; 30], &[0x7f]].concat()), sign_ed),
            Some(("jwt.key.invalid", "jwks.key")),
        ),
        case(
            "ed/small-order",
            "a key of small order, for which one signature fits every message",
            "RFC 8032, 8.9",
            token("EdDSA", &okp_jwk(&identity), |_| nothing),
            Some(("jwt.key.invalid", "jwks.key")),
        ),
    ]
}

/// R is the identity, and S = k·a: then S·B = R + k·A, whatever is signed.
fn sign_with_identity(message: &[u8]) -> Vec<u8> {
    let (key, identity) = (ed25519(), [&[1][..], &[0; 31]].concat());
    let public = key.verifying_key();
    let parts = [&identity, &public.as_bytes()[..], message];
    let digest = RustCrypto.hash(HashAlgorithm::Sha512, &parts);
    [identity, product(digest.as_slice(), key.to_scalar()).to_bytes().to_vec()].concat()
}

/// A number, little-endian, times a scalar.
fn product<S: From<u64> + Mul<Output = S> + Add<Output = S> + Copy>(number: &[u8], scalar: S) -> S {
    let times = |sum: S, byte: &u8| sum * S::from(256) + S::from(u64::from(*byte));
    number.iter().rev().fold(S::from(0), times) * scalar
}

/// The order of the base point, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];
