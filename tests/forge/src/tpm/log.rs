//! TCG event logs of a TPM (PC Client Platform Firmware Profile, 10): crypto-agile, SHA-1, and CCEL.

use super::events;
use super::hash::PcrHash;
use super::pcr::PcrSet;

/// Where an event's digests come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Digests {
    /// Zeros: EV_NO_ACTION.
    Zero,
    /// The hash of these bytes in each bank.
    Of(Vec<u8>),
    /// These digests.
    Given(Vec<(PcrHash, Vec<u8>)>),
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TpmEvent {
    /// PCR.
    pub pcr: u32,
    /// Type.
    pub kind: u32,
    /// What was measured.
    pub digests: Digests,
    /// What the log says of it.
    pub data: Vec<u8>,
}

impl TpmEvent {
    /// An event whose data is what was measured.
    #[must_use]
    pub fn plain(pcr: u32, kind: u32, data: &[u8]) -> Self {
        Self::of(pcr, kind, data, data)
    }

    /// An event that measures something else than its data.
    #[must_use]
    pub fn of(pcr: u32, kind: u32, measured: &[u8], data: &[u8]) -> Self {
        Self { pcr, kind, digests: Digests::Of(measured.to_vec()), data: data.to_vec() }
    }

    /// EV_NO_ACTION.
    #[must_use]
    pub fn no_action(data: &[u8]) -> Self {
        Self { pcr: 0, kind: 3, digests: Digests::Zero, data: data.to_vec() }
    }

    /// Its digest in a bank.
    #[must_use]
    pub fn digest(&self, bank: PcrHash) -> Vec<u8> {
        match &self.digests {
            Digests::Zero => vec![0; bank.size()],
            Digests::Of(measured) => bank.digest(&[measured]),
            Digests::Given(list) => list
                .iter()
                .find_map(|(hash, digest)| (*hash == bank).then(|| digest.clone()))
                .unwrap_or_else(|| vec![0; bank.size()]),
        }
    }
}

/// A log of which every field can be made wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TpmLog {
    /// Banks that it carries.
    pub banks: Vec<PcrHash>,
    /// Algorithms and sizes of the header, where they are not those of the banks.
    pub declared: Option<Vec<(u16, u16)>>,
    /// Events after the header.
    pub events: Vec<TpmEvent>,
    /// What follows the last event.
    pub trailing: Vec<u8>,
}

impl TpmLog {
    /// A whole boot with Secure Boot on: firmware, variables, shim, GRUB, kernel, initrd, and the end of
    /// boot services.
    #[must_use]
    pub fn boot() -> Self {
        let events = [
            events::firmware(),
            events::secure_boot_variables(),
            events::boot_variables(),
            events::ready_to_boot(),
            events::shim(),
            events::grub(),
            events::linux_stub(),
            events::exit_boot_services(),
        ];
        Self::of(events.concat())
    }

    /// A boot of a unified kernel image by systemd-stub, without GRUB.
    #[must_use]
    pub fn unified() -> Self {
        let events = [
            events::firmware(),
            events::secure_boot_variables(),
            events::boot_variables(),
            events::ready_to_boot(),
            events::unified_kernel(),
            events::exit_boot_services(),
        ];
        Self::of(events.concat())
    }

    /// A log of these events in the SHA-1 and SHA-256 banks.
    #[must_use]
    pub fn of(events: Vec<TpmEvent>) -> Self {
        Self { banks: vec![PcrHash::Sha1, PcrHash::Sha256], declared: None, events, trailing: Vec::new() }
    }

    /// A log of about so many events, all of which are of a real boot's kinds.
    #[must_use]
    pub fn long(count: usize) -> Self {
        let mut log = Self::boot();
        let place = log.events.len() - 2;
        let wanted = count.saturating_sub(log.events.len());
        let commands = (0..wanted).map(|number| events::grub_command(&format!("set step={number}")));
        let _ = log.events.splice(place..place, commands.collect::<Vec<_>>());
        log
    }

    /// The locality that a StartupLocality event states, 0 where there is none.
    #[must_use]
    pub fn locality(&self) -> u8 {
        let stated = |event: &&TpmEvent| event.data.starts_with(b"StartupLocality\0");
        self.events.iter().find(stated).map_or(0, |event| event.data[16])
    }

    /// States the locality of the start before anything else.
    #[must_use]
    pub fn at_locality(mut self, locality: u8) -> Self {
        self.events.insert(0, events::startup_locality(locality));
        self
    }

    /// The crypto-agile form.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let natural = || self.banks.iter().map(|bank| (bank.id(), bank.size() as u16)).collect();
        let mut header = b"Spec ID Event03\0".to_vec();
        header.extend([0, 0, 0, 0, 0, 2, 0, 2]);
        let declared: Vec<(u16, u16)> = self.declared.clone().unwrap_or_else(natural);
        header.extend((declared.len() as u32).to_le_bytes());
        for (algorithm, size) in declared {
            header.extend(algorithm.to_le_bytes());
            header.extend(size.to_le_bytes());
        }
        header.push(0);
        let mut out = sha1_event(0, 3, &[0; 20], &header);
        for event in &self.events {
            out.extend(event.pcr.to_le_bytes());
            out.extend(event.kind.to_le_bytes());
            out.extend((self.banks.len() as u32).to_le_bytes());
            for bank in &self.banks {
                out.extend(bank.id().to_le_bytes());
                out.extend(event.digest(*bank));
            }
            out.extend((event.data.len() as u32).to_le_bytes());
            out.extend(&event.data);
        }
        out.extend(&self.trailing);
        out
    }

    /// The form of TPM 1.2 firmware: SHA-1 alone, no header.
    #[must_use]
    pub fn sha1_bytes(&self) -> Vec<u8> {
        let event =
            |event: &TpmEvent| sha1_event(event.pcr, event.kind, &event.digest(PcrHash::Sha1), &event.data);
        [self.events.iter().flat_map(event).collect(), self.trailing.clone()].concat()
    }

    /// Extends what a TPM would be told of it; events of unknown PCRs are left out.
    pub fn extend(&self, pcrs: &mut PcrSet) {
        for event in self.events.iter().filter(|event| event.kind != 3 && event.pcr < 24) {
            for bank in pcrs.banks() {
                pcrs.extend(bank, event.pcr, &event.digest(bank));
            }
        }
    }
}

fn sha1_event(pcr: u32, kind: u32, digest: &[u8], data: &[u8]) -> Vec<u8> {
    let head = [pcr.to_le_bytes(), kind.to_le_bytes()].concat();
    [&head[..], digest, &(data.len() as u32).to_le_bytes(), data].concat()
}
