//! NVIDIA GPUs and NVSwitches with confidential computing.
//!
//! ```text
//! bytes ──parse──▶ Evidence ──authenticate──▶ AuthenticDevice ──compare──▶ MeasuredDevice
//! ```
//!
//! [`Evidence`] is a report and a certificate chain; nothing in it is authentic. [`Evidence::authenticate`]
//! proves that a genuine device made the report in answer to a challenge. Nothing in it names the machine
//! that the device is plugged into.
//!
//! Integers on the wire are little-endian.

mod chain;
pub mod checks;
mod claims;
mod device;
mod envelope;
mod evidence;
mod fwid;
mod golden;
mod opaque;
mod revocation;
mod rim;
mod set;
mod single;
mod spdm;

pub use claims::ClaimValue;
pub use device::{Architecture, DeviceClass};
#[cfg(feature = "dcap")]
pub(crate) use envelope::MACHINES;
pub use envelope::{DeviceEvidence, Envelope, Form, MachineEvidence};
pub use evidence::{Announced, AuthenticDevice, Evidence, Expectations, Fields, Measurement, Verifier};
pub use golden::{Comparison, MeasuredDevice, Mismatch};
pub use opaque::{Board, GpuFields, GpuMode, Nvdec, OpaqueData, OpaqueField, SwitchFields, field};
pub use revocation::{CertificateHold, CertificateStatus, Revocation, RevocationState};
pub use rim::{AuthenticRim, CanonicalRim, GoldenMeasurement, Rim, RimKind, UnauthenticatedRim};
pub use set::{DeviceSet, SetExpectations, SetFailure, Topology, TopologyKind};
pub use single::{CrlIssuer, OcspAnswer, issuers_of};
pub use spdm::{MeasurementBlock, Report, Trailing};
