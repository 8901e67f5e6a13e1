//! Measurement lists of Linux IMA (Documentation/security/IMA-templates.rst), little-endian.

use super::hash::PcrHash;
use super::pcr::PcrSet;

/// Fields of an entry after its file digest and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Template {
    /// `ima`: SHA-1 and a path of 256 bytes.
    Ima,
    /// `ima-ng`.
    Ng,
    /// `ima-ngv2`: the digest says of what it is.
    NgV2,
    /// `ima-sig` with this attribute.
    Sig(Vec<u8>),
    /// `ima-sigv2` with this attribute.
    SigV2(Vec<u8>),
    /// `ima-buf` of this buffer, whose digest is the file digest.
    Buf(Vec<u8>),
    /// `ima-modsig`: attribute, digest without the signature, signature.
    ModSig(Vec<u8>, Vec<u8>, Vec<u8>),
    /// `evm-sig`: portable signature and names, lengths, values of attributes, owner, group, mode.
    EvmSig(Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>),
    /// Any name and template data.
    Raw(String, Vec<u8>),
}

/// One entry of which every field can be made wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImaEntry {
    /// PCR, usually 10.
    pub pcr: u32,
    /// Template.
    pub template: Template,
    /// Hash of the file's digest.
    pub hash: PcrHash,
    /// The file's digest.
    pub digest: Vec<u8>,
    /// Path or name.
    pub path: Vec<u8>,
    /// Open writers or a change after the check: the list has zeros, the PCR ones.
    pub violation: bool,
}

/// How a kernel fills banks other than SHA-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// With the bank's own hash of the template data, since Linux 5.8.
    OwnHash,
    /// With the SHA-1 template hash and zeros.
    Zeros,
}

impl ImaEntry {
    /// `ima-ng` of a file whose digest is the hash of `contents`.
    #[must_use]
    pub fn file(path: &str, contents: &[u8]) -> Self {
        Self {
            pcr: 10,
            template: Template::Ng,
            hash: PcrHash::Sha256,
            digest: PcrHash::Sha256.digest(&[contents]),
            path: path.as_bytes().to_vec(),
            violation: false,
        }
    }

    /// The same in another template.
    #[must_use]
    pub fn with(mut self, template: Template) -> Self {
        if let Template::Buf(buffer) = &template {
            self.digest = self.hash.digest(&[buffer]);
        }
        self.template = template;
        self
    }

    /// A violation.
    #[must_use]
    pub fn violation(path: &str) -> Self {
        Self { digest: vec![0; 32], violation: true, ..Self::file(path, b"") }
    }

    /// The name of the template.
    #[must_use]
    pub fn template_name(&self) -> &str {
        match &self.template {
            Template::Ima => "ima",
            Template::Ng => "ima-ng",
            Template::NgV2 => "ima-ngv2",
            Template::Sig(_) => "ima-sig",
            Template::SigV2(_) => "ima-sigv2",
            Template::Buf(_) => "ima-buf",
            Template::ModSig(..) => "ima-modsig",
            Template::EvmSig(..) => "evm-sig",
            Template::Raw(name, _) => name,
        }
    }

    /// The template data as the list carries it: each field with its length before it.
    #[must_use]
    pub fn template_data(&self) -> Vec<u8> {
        let kind = match self.template {
            Template::NgV2 | Template::SigV2(_) => "ima:",
            _ => "",
        };
        let digest = [format!("{kind}{}:\0", self.hash.name()).as_bytes(), &self.digest].concat();
        let name = [&self.path[..], &[0]].concat();
        let mut fields = vec![digest, name];
        match &self.template {
            Template::Raw(_, data) => return data.clone(),
            Template::Ima | Template::Ng | Template::NgV2 => {}
            Template::Sig(field) | Template::SigV2(field) | Template::Buf(field) => {
                fields.push(field.clone())
            }
            Template::ModSig(attribute, without, signature) => {
                let without = [format!("{}:\0", self.hash.name()).as_bytes(), without].concat();
                fields.extend([attribute.clone(), without, signature.clone()]);
            }
            Template::EvmSig(signature, names, lengths, values) => {
                fields.extend([signature.clone(), names.clone(), lengths.clone(), values.clone()]);
                fields.extend([vec![0; 4], vec![0; 4], vec![0xa4, 0x81]]);
            }
        }
        fields.iter().flat_map(|field| [&(field.len() as u32).to_le_bytes()[..], field].concat()).collect()
    }

    /// What the template hash is taken of.
    fn hashed(&self) -> Vec<u8> {
        if self.template != Template::Ima {
            return self.template_data();
        }
        let mut path = self.path.clone();
        path.resize(256, 0);
        [&self.digest[..], &path].concat()
    }

    /// The template hash as the list shows it.
    #[must_use]
    pub fn template_hash(&self, hash: PcrHash) -> Vec<u8> {
        if self.violation { vec![0; hash.size()] } else { hash.digest(&[&self.hashed()]) }
    }

    fn extended(&self, bank: PcrHash, padding: Padding) -> Vec<u8> {
        let mut digest = match (self.violation, padding) {
            (true, Padding::OwnHash) => vec![0xff; bank.size()],
            (true, Padding::Zeros) => vec![0xff; 20],
            (false, Padding::OwnHash) => bank.digest(&[&self.hashed()]),
            (false, Padding::Zeros) => PcrHash::Sha1.digest(&[&self.hashed()]),
        };
        digest.resize(bank.size(), 0);
        digest
    }

    fn bytes(&self, hash: PcrHash) -> Vec<u8> {
        let mut out = self.pcr.to_le_bytes().to_vec();
        out.extend(self.template_hash(hash));
        let name = self.template_name().as_bytes();
        out.extend((name.len() as u32).to_le_bytes());
        out.extend(name);
        if self.template == Template::Ima {
            out.extend(&self.digest);
            out.extend((self.path.len() as u32).to_le_bytes());
            out.extend(&self.path);
        } else {
            let data = self.template_data();
            out.extend((data.len() as u32).to_le_bytes());
            out.extend(data);
        }
        out
    }

    fn ascii(&self, hash: PcrHash) -> String {
        let kind = match self.template {
            Template::NgV2 | Template::SigV2(_) => "ima:",
            _ => "",
        };
        let mut line =
            format!("{} {} {} ", self.pcr, crate::hex(&self.template_hash(hash)), self.template_name());
        if self.template != Template::Ima {
            line += &format!("{kind}{}:", self.hash.name());
        }
        line += &format!("{} {}", crate::hex(&self.digest), String::from_utf8_lossy(&self.path));
        match &self.template {
            Template::Sig(field) | Template::SigV2(field) | Template::Buf(field) => {
                line += &format!(" {}", crate::hex(field));
            }
            _ => {}
        }
        line + "\n"
    }
}

/// A measurement list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImaList {
    /// Hash of the template hashes: SHA-1 in `binary_runtime_measurements`.
    pub hash: PcrHash,
    /// How the kernel fills other banks.
    pub padding: Padding,
    /// The digest of the PCRs of the boot comes first; `None` leaves the entry out.
    pub boot_aggregate: Option<BootAggregate>,
    /// Entries after it.
    pub entries: Vec<ImaEntry>,
    /// What follows the last entry.
    pub trailing: Vec<u8>,
}

/// The first entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootAggregate {
    /// Bank and hash.
    pub hash: PcrHash,
    /// PCRs from 0 on: 8, or 10 since Linux 5.8.
    pub pcrs: u32,
    /// Another value than the true one.
    pub value: Option<Vec<u8>>,
}

impl ImaList {
    /// A machine that ran a few programs.
    #[must_use]
    pub fn programs() -> Self {
        Self {
            hash: PcrHash::Sha1,
            padding: Padding::OwnHash,
            boot_aggregate: Some(BootAggregate { hash: PcrHash::Sha256, pcrs: 10, value: None }),
            entries: ["/usr/lib/systemd/systemd", "/usr/bin/bash", "/etc/path with space"]
                .map(|path| ImaEntry::file(path, format!("contents of {path}").as_bytes()))
                .to_vec(),
            trailing: Vec::new(),
        }
    }

    /// One entry of each template.
    #[must_use]
    pub fn templates() -> Self {
        let file = |path: &str| ImaEntry::file(path, path.as_bytes());
        let mut old = file("/usr/bin/old").with(Template::Ima);
        old.hash = PcrHash::Sha1;
        old.digest = PcrHash::Sha1.digest(&[b"old"]);
        let signature = || [&[3, 2, 4, 0x9a, 0xbc, 0xde, 0xf0, 0, 64][..], &[7; 64]].concat();
        Self {
            entries: vec![
                old,
                file("/usr/bin/ng"),
                file("/usr/bin/ngv2").with(Template::NgV2),
                file("/usr/bin/sig").with(Template::Sig(signature())),
                file("/usr/bin/unsigned").with(Template::Sig(Vec::new())),
                file("/usr/bin/sigv2").with(Template::SigV2(signature())),
                file("kexec-cmdline").with(Template::Buf(b"root=/dev/vda2 ro".to_vec())),
                file("/lib/module.ko").with(Template::ModSig(Vec::new(), vec![9; 32], vec![0x30; 40])),
                file("/usr/bin/evm").with(Template::EvmSig(
                    signature(),
                    b"security.ima\0".to_vec(),
                    33_u32.to_le_bytes().to_vec(),
                    vec![4; 33],
                )),
                file("/usr/bin/last"),
            ],
            ..Self::programs()
        }
    }

    /// So many programs.
    #[must_use]
    pub fn long(count: usize) -> Self {
        let name = |number: usize| format!("/usr/lib/x86_64-linux-gnu/forge/library-{number:07}.so.1");
        let entries = (1..count).map(|number| ImaEntry::file(&name(number), &number.to_le_bytes()));
        Self { entries: entries.collect(), ..Self::programs() }
    }

    /// All entries: the boot aggregate of `boot`, then the others.
    #[must_use]
    pub fn all(&self, boot: &PcrSet) -> Vec<ImaEntry> {
        let first = self.boot_aggregate.as_ref().map(|aggregate| {
            let hash = aggregate.hash;
            let values: Vec<u8> =
                (0..aggregate.pcrs).flat_map(|pcr| boot.value(hash, pcr)).copied().collect();
            let digest = aggregate.value.clone().unwrap_or_else(|| hash.digest(&[&values]));
            ImaEntry { hash, digest, ..ImaEntry::file("boot_aggregate", b"") }
        });
        first.into_iter().chain(self.entries.iter().cloned()).collect()
    }

    /// The binary list.
    #[must_use]
    pub fn bytes(&self, boot: &PcrSet) -> Vec<u8> {
        let mut out: Vec<u8> = self.all(boot).iter().flat_map(|entry| entry.bytes(self.hash)).collect();
        out.extend(&self.trailing);
        out
    }

    /// The list as text.
    #[must_use]
    pub fn ascii(&self, boot: &PcrSet) -> String {
        self.all(boot).iter().map(|entry| entry.ascii(self.hash)).collect()
    }

    /// Extends what the kernel tells the TPM.
    pub fn extend(&self, pcrs: &mut PcrSet) {
        let boot = pcrs.clone();
        for entry in self.all(&boot) {
            for bank in pcrs.banks() {
                pcrs.extend(bank, entry.pcr, &entry.extended(bank, self.padding));
            }
        }
    }
}
