//! Keys in a token: made there, used there, and never read (PKCS #11 2.40).
//!
//! A key's file then holds, sealed, only the id under which the token knows it; times, states, rotation and
//! revocation are those of every other key.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;

use super::Algorithm;
use crate::config::Pkcs11Config;
use crate::random;

/// A token whose user is logged in.
pub struct Token {
    library: Pkcs11,
    slot: Slot,
    pin: AuthPin,
    // A user is logged in for as long as a session is open.
    _login: Mutex<Session>,
}

/// A key in it.
pub struct TokenKey {
    session: Mutex<Session>,
    key: ObjectHandle,
    id: Vec<u8>,
    public: TokenPublic,
}

/// Its public half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenPublic {
    /// Modulus and exponent.
    Rsa(Vec<u8>, Vec<u8>),
    /// `04 ‖ x ‖ y` on P-256.
    P256(Vec<u8>),
}

/// The token did not do what it was asked. The PIN is in no message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenError(String);

/// The OID of P-256: DER.
const P256: [u8; 10] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/// What our keys are called in the token.
const LABEL: &[u8] = b"veriquote";

impl Token {
    /// Loads the library, and logs in.
    ///
    /// # Errors
    /// A library or token that is not there, a wrong PIN.
    pub fn open(config: &Pkcs11Config) -> Result<Self, TokenError> {
        let library = Pkcs11::new(&config.module).map_err(TokenError::of)?;
        match library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            // Once in a process.
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(TokenError::of(error)),
        }
        let pin = match (&config.pin, &config.pin_file) {
            (Some(pin), _) => pin.expose().to_owned(),
            (None, Some(path)) => {
                let read = std::fs::read_to_string(path);
                let text = read.map_err(|error| TokenError(format!("{}: {error}", path.display())))?;
                text.trim_end().to_owned()
            }
            (None, None) => return Err(TokenError("no PIN was configured".to_owned())),
        };
        let pin = AuthPin::new(pin.into());
        let mut found = Vec::new();
        for slot in library.get_slots_with_initialized_token().map_err(TokenError::of)? {
            if library.get_token_info(slot).map_err(TokenError::of)?.label() == config.token {
                found.push(slot);
            }
        }
        let [slot] = <[Slot; 1]>::try_from(found).map_err(|found| {
            TokenError(format!(
                "{} tokens have the label `{}`, and one is expected",
                found.len(),
                config.token
            ))
        })?;
        let login = session(&library, slot, &pin)?;
        Ok(Self { library, slot, pin, _login: Mutex::new(login) })
    }

    /// Makes a key.
    ///
    /// # Errors
    /// An algorithm that tokens do not sign with here; what the token says.
    pub fn generate(&self, algorithm: Algorithm, rsa_bits: u32) -> Result<TokenKey, TokenError> {
        let id = random::bytes::<16>().map_err(TokenError::of)?.to_vec();
        let session = session(&self.library, self.slot, &self.pin)?;
        let both = [Attribute::Token(true), Attribute::Id(id.clone()), Attribute::Label(LABEL.to_vec())];
        let mut public = both.to_vec();
        public.extend([Attribute::Private(false), Attribute::Verify(true)]);
        let mechanism = match algorithm {
            Algorithm::Rs256 => {
                public.push(Attribute::ModulusBits(u64::from(rsa_bits).into()));
                public.push(Attribute::PublicExponent(vec![1, 0, 1]));
                Mechanism::RsaPkcsKeyPairGen
            }
            Algorithm::Es256 => {
                public.push(Attribute::EcParams(P256.to_vec()));
                Mechanism::EccKeyPairGen
            }
            Algorithm::Ps256 | Algorithm::Es384 => return Err(unsupported(algorithm)),
        };
        let mut private = both.to_vec();
        private.extend([
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
        ]);
        session.generate_key_pair(&mechanism, &public, &private).map_err(TokenError::of)?;
        drop(session);
        self.find(algorithm, &id)
    }

    /// The key of this id.
    ///
    /// # Errors
    /// When there is none, or not one for this algorithm.
    pub fn find(&self, algorithm: Algorithm, id: &[u8]) -> Result<TokenKey, TokenError> {
        let kind = match algorithm {
            Algorithm::Rs256 => KeyType::RSA,
            Algorithm::Es256 => KeyType::EC,
            Algorithm::Ps256 | Algorithm::Es384 => return Err(unsupported(algorithm)),
        };
        let session = session(&self.library, self.slot, &self.pin)?;
        let one = |class: ObjectClass| -> Result<ObjectHandle, TokenError> {
            let wanted = [Attribute::Class(class), Attribute::KeyType(kind), Attribute::Id(id.to_vec())];
            let found = session.find_objects(&wanted).map_err(TokenError::of)?;
            let [found] = <[ObjectHandle; 1]>::try_from(found).map_err(|found| {
                TokenError(format!("{} keys have this id, and one is expected", found.len()))
            })?;
            Ok(found)
        };
        let (key, shown) = (one(ObjectClass::PRIVATE_KEY)?, one(ObjectClass::PUBLIC_KEY)?);
        let asked = [AttributeType::Modulus, AttributeType::PublicExponent];
        let public = if kind == KeyType::RSA {
            let numbers = session.get_attributes(shown, &asked).map_err(TokenError::of)?;
            match numbers.as_slice() {
                [Attribute::Modulus(modulus), Attribute::PublicExponent(exponent)] => {
                    TokenPublic::Rsa(modulus.clone(), exponent.clone())
                }
                _ => return Err(TokenError("the public key does not say its numbers".to_owned())),
            }
        } else {
            let point = session.get_attributes(shown, &[AttributeType::EcPoint]).map_err(TokenError::of)?;
            let wrong = || TokenError("the public key is no point of P-256".to_owned());
            let [Attribute::EcPoint(point)] = point.as_slice() else { return Err(wrong()) };
            // An OCTET STRING of an uncompressed point.
            match point.strip_prefix(&[0x04, 0x41]) {
                Some(point) if point.len() == 65 && point.first() == Some(&4) => {
                    TokenPublic::P256(point.to_vec())
                }
                _ => return Err(wrong()),
            }
        };
        Ok(TokenKey { session: Mutex::new(session), key, id: id.to_vec(), public })
    }
}

impl TokenKey {
    /// The id under which the token knows it.
    #[must_use]
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// Its public half.
    #[must_use]
    pub const fn public(&self) -> &TokenPublic {
        &self.public
    }

    /// The signature of RFC 7518: for ECDSA `r ‖ s`.
    ///
    /// # Errors
    /// What the token says.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let signed = match self.public {
            TokenPublic::Rsa(..) => session.sign(&Mechanism::Sha256RsaPkcs, self.key, message),
            // Of the digest: tokens that hash by themselves are fewer.
            TokenPublic::P256(_) => {
                session.sign(&Mechanism::Ecdsa, self.key, digest(&SHA256, message).as_ref())
            }
        };
        signed.map_err(TokenError::of)
    }
}

fn session(library: &Pkcs11, slot: Slot, pin: &AuthPin) -> Result<Session, TokenError> {
    let session = library.open_rw_session(slot).map_err(TokenError::of)?;
    match session.login(UserType::User, Some(pin)) {
        Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
        Err(error) => Err(TokenError::of(error)),
    }
}

fn unsupported(algorithm: Algorithm) -> TokenError {
    TokenError(format!("keys in a token sign RS256 and ES256, and not {algorithm}"))
}

impl TokenError {
    fn of(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the token: {}", self.0)
    }
}

impl std::error::Error for TokenError {}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}
