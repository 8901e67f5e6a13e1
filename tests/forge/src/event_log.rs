//! TCG2 event logs as TDX firmware writes them (CCEL), of which every field can be made wrong.

use sha2::{Digest, Sha256, Sha384};

/// A log: the header and its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventLog {
    /// Signature of the header, with its NUL: `Spec ID Event03`.
    pub signature: Vec<u8>,
    /// Algorithms that the header declares, and the size of their digests: 0x0c, 48 is SHA-384.
    pub algorithms: Vec<(u16, u16)>,
    /// Events in order.
    pub events: Vec<LogEvent>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEvent {
    /// Register: 1 to 4 are RTMR 0 to 3.
    pub register: u32,
    /// Type, such as 0xd (EV_IPL).
    pub event_type: u32,
    /// What was measured.
    pub measured: Vec<u8>,
    /// What the log says of it.
    pub data: Vec<u8>,
}

impl LogEvent {
    /// An event.
    #[must_use]
    pub fn new(register: u32, event_type: u32, measured: &[u8]) -> Self {
        Self { register, event_type, measured: measured.to_vec(), data: measured.to_vec() }
    }

    fn digest(&self, algorithm: u16) -> Vec<u8> {
        match algorithm {
            0x0b => Sha256::digest(&self.measured).to_vec(),
            _ => Sha384::digest(&self.measured).to_vec(),
        }
    }
}

impl EventLog {
    /// A short boot: firmware, separators, a kernel command line.
    #[must_use]
    pub fn boot() -> Self {
        Self {
            signature: b"Spec ID Event03\0".to_vec(),
            algorithms: vec![(0x0c, 48)],
            events: vec![
                LogEvent::new(1, 0x8000_000a, b"firmware"),
                LogEvent::new(1, 4, &[0; 4]),
                LogEvent::new(2, 0x8000_0007, b"Exit Boot Services Invocation"),
                LogEvent::new(3, 0xd, b"kernel_cmdline: quiet\0"),
            ],
        }
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut header = self.signature.clone();
        header.extend([0, 0, 0, 0, 0, 2, 0, 2]);
        header.extend((self.algorithms.len() as u32).to_le_bytes());
        for (algorithm, size) in &self.algorithms {
            header.extend(algorithm.to_le_bytes());
            header.extend(size.to_le_bytes());
        }
        header.push(0);
        let mut out = [1_u32.to_le_bytes(), 3_u32.to_le_bytes()].concat();
        out.extend([0; 20]);
        out.extend((header.len() as u32).to_le_bytes());
        out.extend(header);
        for event in &self.events {
            out.extend(event.register.to_le_bytes());
            out.extend(event.event_type.to_le_bytes());
            out.extend((self.algorithms.len() as u32).to_le_bytes());
            for (algorithm, _) in &self.algorithms {
                out.extend(algorithm.to_le_bytes());
                out.extend(event.digest(*algorithm));
            }
            out.extend((event.data.len() as u32).to_le_bytes());
            out.extend_from_slice(&event.data);
        }
        out
    }

    /// The registers to which the log replays.
    #[must_use]
    pub fn rtmrs(&self) -> [[u8; 48]; 4] {
        let mut rtmrs = [[0; 48]; 4];
        for event in &self.events {
            if let Some(rtmr) =
                (event.register as usize).checked_sub(1).and_then(|index| rtmrs.get_mut(index))
            {
                let mut hash = Sha384::new();
                hash.update(*rtmr);
                hash.update(event.digest(0x0c));
                *rtmr = hash.finalize().into();
            }
        }
        rtmrs
    }
}
