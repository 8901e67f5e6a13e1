//! NVIDIA GPUs and switches: their evidence as JSON in, a verification as JSON out.

mod claims;
mod inspect;
mod request;
mod verify;

pub use claims::{
    ComparisonClaims, DeviceCertificate, FirmwareIdClaims, MismatchClaims, MissingRim, NvgpuClaims,
    NvgpuDeviceClaims,
};
pub use inspect::{NvgpuDeviceView, NvgpuView, RimView};
pub(crate) use inspect::{is_envelope, is_report, is_rim};
pub use request::{NvgpuOptions, NvgpuRequest};
pub(crate) use verify::{Input, failed, judge, meaning};
pub use verify::{Judged, verify_nvgpu, verify_nvgpu_for_claims, verify_nvgpu_json};
