//! Quotes: where a quote ends, told by a second, naive reading of the layout.

use veriquote::dcap::{Quote, QveReport, Report};

/// Parses; what follows the authentication data changes nothing, one byte less is too little.
pub fn quote(data: &[u8]) {
    qve_report(data);
    let Ok(quote) = Quote::parse(data) else { return };
    let (body, end) = layout(data).expect("a quote that parses has a layout");
    let header = quote.unauthenticated_header();
    assert_eq!(header.version, u16::from_le_bytes([data[0], data[1]]));
    assert_eq!(header.qe_vendor_id.as_slice(), &data[12..28]);
    assert_eq!(header.user_data.as_slice(), &data[28..48]);
    match quote.unauthenticated_report() {
        Report::Sgx(report) => {
            assert_eq!(report.report_data.as_slice(), &data[body + 320..][..64]);
            assert_eq!(report.mr_enclave.as_slice(), &data[body + 64..][..32]);
        }
        Report::Td(report) => {
            assert_eq!(report.report_data.as_slice(), &data[body + 520..][..64]);
            assert_eq!(report.mr_td.as_slice(), &data[body + 136..][..48]);
        }
    }
    let alone = Quote::parse(&data[..end]).expect("without what follows");
    assert_eq!(format!("{alone:?}"), format!("{quote:?}"));
    assert!(Quote::parse(&data[..end - 1]).is_err());
}

/// A report of the QvE is 384 bytes, or 432 with key id and MAC, and nothing else.
fn qve_report(data: &[u8]) {
    if let Ok(report) = QveReport::parse(data) {
        assert!(matches!(data.len(), 384 | 432));
        assert_eq!(report.unauthenticated_body().report_data.as_slice(), &data[320..384]);
    }
}

/// Where the report starts and where the authentication data end.
fn layout(data: &[u8]) -> Option<(usize, usize)> {
    let u16_at = |at: usize| Some(u16::from_le_bytes(data.get(at..at + 2)?.try_into().ok()?));
    let u32_at = |at: usize| Some(u32::from_le_bytes(data.get(at..at + 4)?.try_into().ok()?));
    let (body, body_type) = match (u16_at(0)?, u32_at(4)?) {
        (3 | 4, 0) => (48, 1),
        (4, 0x81) => (48, 2),
        (5, _) => (54, u16_at(48)?),
        _ => return None,
    };
    let size = match body_type {
        1 => 384,
        2 => 584,
        3 => 648,
        4 => 885,
        _ => return None,
    };
    let length = usize::try_from(u32_at(body + size)?).ok()?;
    Some((body, body + size + 4 + length))
}
