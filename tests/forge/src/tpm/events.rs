//! The events of a boot, in the order in which firmware, shim, GRUB, Linux and systemd measure them.

use super::log::TpmEvent;

const SEPARATOR: u32 = 4;
const EVENT_TAG: u32 = 6;
const S_CRTM_VERSION: u32 = 8;
const IPL: u32 = 0xd;
const VARIABLE_DRIVER_CONFIG: u32 = 0x8000_0001;
const VARIABLE_BOOT: u32 = 0x8000_0002;
const BOOT_SERVICES_APPLICATION: u32 = 0x8000_0003;
const GPT_EVENT: u32 = 0x8000_0006;
const EFI_ACTION: u32 = 0x8000_0007;
const FIRMWARE_BLOB2: u32 = 0x8000_000a;
const VARIABLE_AUTHORITY: u32 = 0x8000_00e0;

const GLOBAL: [u8; 16] =
    [0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c];
const IMAGE_SECURITY: [u8; 16] =
    [0xcb, 0xb2, 0x19, 0xd7, 0x3a, 0x3d, 0x96, 0x45, 0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f];
const SHIM_LOCK: [u8; 16] =
    [0x50, 0xab, 0x5d, 0x60, 0x46, 0xe0, 0x00, 0x43, 0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23];
const CERT_X509: [u8; 16] =
    [0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72];
const CERT_SHA256: [u8; 16] =
    [0x26, 0x16, 0xc4, 0xc1, 0x4c, 0x50, 0x92, 0x40, 0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93, 0x43, 0x28];
/// SignatureOwner of everything here: a GUID of nobody's.
const OWNER: [u8; 16] = [0x77; 16];

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// UEFI_VARIABLE_DATA (PFP 10.2.6).
fn variable_data(guid: [u8; 16], name: &str, data: &[u8]) -> Vec<u8> {
    let mut out = guid.to_vec();
    out.extend((name.encode_utf16().count() as u64).to_le_bytes());
    out.extend((data.len() as u64).to_le_bytes());
    out.extend(utf16(name));
    out.extend(data);
    out
}

/// EFI_SIGNATURE_LIST (UEFI 32.4.1) of entries of one size.
fn signature_list(kind: [u8; 16], entries: &[&[u8]]) -> Vec<u8> {
    let size = 16 + entries[0].len() as u32;
    let mut out = kind.to_vec();
    out.extend((28 + size * entries.len() as u32).to_le_bytes());
    out.extend(0_u32.to_le_bytes());
    out.extend(size.to_le_bytes());
    entries.iter().for_each(|entry| out.extend([&OWNER[..], entry].concat()));
    out
}

/// Something of the shape of a certificate; firmware does not care, and neither may the replay.
fn certificate(label: &str) -> Vec<u8> {
    let key = crate::Key::new(label);
    crate::Certificate::root(key, crate::NOW, crate::NOW + crate::DAY).der()
}

/// UEFI_IMAGE_LOAD_EVENT (PFP 10.2.3) with a file path on a device.
fn image_load(path: &str) -> Vec<u8> {
    let mut name = utf16(path);
    name.extend([0, 0]);
    let mut device = vec![4, 4];
    device.extend((4 + name.len() as u16).to_le_bytes());
    device.extend(name);
    device.extend([0x7f, 0xff, 4, 0]);
    let mut out = 0x7e00_0000_u64.to_le_bytes().to_vec();
    out.extend(0x18_0000_u64.to_le_bytes());
    out.extend(0_u64.to_le_bytes());
    out.extend((device.len() as u64).to_le_bytes());
    out.extend(device);
    out
}

/// What stands for the Authenticode hash of an image.
fn application(path: &str) -> TpmEvent {
    let image = format!("authenticode of {path}");
    TpmEvent::of(4, BOOT_SERVICES_APPLICATION, image.as_bytes(), &image_load(path))
}

fn ipl(pcr: u32, measured: &[u8], data: &[u8]) -> TpmEvent {
    TpmEvent::of(pcr, IPL, measured, data)
}

/// EV_EVENT_TAG: id, size and data.
fn tagged(pcr: u32, id: u32, measured: &[u8], data: &[u8]) -> TpmEvent {
    let event = [&id.to_le_bytes()[..], &(data.len() as u32).to_le_bytes(), data].concat();
    TpmEvent::of(pcr, EVENT_TAG, measured, &event)
}

/// EV_NO_ACTION StartupLocality.
pub(super) fn startup_locality(locality: u8) -> TpmEvent {
    TpmEvent::no_action(&[&b"StartupLocality\0"[..], &[locality]].concat())
}

/// PCR 0: version and volumes of the firmware.
pub(super) fn firmware() -> Vec<TpmEvent> {
    let blob = |name: &[u8], base: u64| {
        let range = [base.to_le_bytes(), 0x10_0000_u64.to_le_bytes()].concat();
        let data = [&[name.len() as u8][..], name, &range].concat();
        TpmEvent::of(0, FIRMWARE_BLOB2, &[b"contents of ", name].concat(), &data)
    };
    vec![
        TpmEvent::plain(0, S_CRTM_VERSION, &utf16("veriquote forge firmware 1.0\0")),
        blob(b"PEI FV", 0xff80_0000),
        blob(b"DXE FV", 0xff90_0000),
    ]
}

/// PCR 7: Secure Boot on, its keys and databases.
pub(super) fn secure_boot_variables() -> Vec<TpmEvent> {
    let variable = |guid, name: &str, data: &[u8]| {
        TpmEvent::plain(7, VARIABLE_DRIVER_CONFIG, &variable_data(guid, name, data))
    };
    let x509 = |label: &str| signature_list(CERT_X509, &[&certificate(label)]);
    let revoked = signature_list(CERT_SHA256, &[&[0xa5; 32], &[0x5a; 32]]);
    vec![
        variable(GLOBAL, "SecureBoot", &[1]),
        variable(GLOBAL, "PK", &x509("platform key")),
        variable(GLOBAL, "KEK", &x509("key exchange key")),
        variable(IMAGE_SECURITY, "db", &x509("db")),
        variable(IMAGE_SECURITY, "dbx", &revoked),
        TpmEvent::plain(7, SEPARATOR, &[0; 4]),
    ]
}

/// PCR 1: the boot order. The digest is of the variable's data alone.
pub(super) fn boot_variables() -> Vec<TpmEvent> {
    let variable =
        |name: &str, data: &[u8]| TpmEvent::of(1, VARIABLE_BOOT, data, &variable_data(GLOBAL, name, data));
    let option = [&[1, 0, 0, 0, 4, 0][..], &utf16("linux\0"), &[0x7f, 0xff, 4, 0]].concat();
    vec![variable("BootOrder", &[0, 0]), variable("Boot0000", &option)]
}

/// PCR 4, the separators of the others, and the partition table.
pub(super) fn ready_to_boot() -> Vec<TpmEvent> {
    let mut events = vec![TpmEvent::plain(4, EFI_ACTION, b"Calling EFI Application from Boot Option")];
    events.extend((0..=6).map(|pcr| TpmEvent::plain(pcr, SEPARATOR, &[0; 4])));
    let mut table = b"EFI PART".to_vec();
    table.extend([0, 0, 1, 0, 92, 0, 0, 0]);
    table.resize(92, 0x11);
    table.extend(1_u64.to_le_bytes());
    table.extend([0x22; 128]);
    events.push(TpmEvent::plain(5, GPT_EVENT, &table));
    events
}

/// The authority that let an image run, the image, and shim's own variables.
pub(super) fn shim() -> Vec<TpmEvent> {
    let authority = |guid, name: &str, data: &[u8]| {
        TpmEvent::plain(7, VARIABLE_AUTHORITY, &variable_data(guid, name, data))
    };
    let db = [&OWNER[..], &certificate("db")].concat();
    vec![
        authority(IMAGE_SECURITY, "db", &db),
        application("\\EFI\\forge\\shimx64.efi"),
        ipl(14, b"contents of MokList", b"MokList\0"),
        ipl(14, b"contents of MokListX", b"MokListX\0"),
        authority(SHIM_LOCK, "SbatLevel", b"sbat,1,2024010900\nshim,4\n"),
        authority(SHIM_LOCK, "Shim", &certificate("vendor")),
        application("\\EFI\\forge\\grubx64.efi"),
    ]
}

/// A command of GRUB.
pub(super) fn grub_command(command: &str) -> TpmEvent {
    ipl(8, command.as_bytes(), format!("grub_cmd: {command}\0").as_bytes())
}

/// GRUB's commands, the kernel, its command line and its initrd.
pub(super) fn grub() -> Vec<TpmEvent> {
    let line = "/vmlinuz-6.8 root=/dev/vda2 ro quiet";
    vec![
        grub_command("set default=0"),
        grub_command("linux /vmlinuz-6.8 root=/dev/vda2 ro quiet"),
        ipl(9, b"contents of the kernel", b"/vmlinuz-6.8\0"),
        ipl(8, line.as_bytes(), format!("kernel_cmdline: {line}\0").as_bytes()),
        grub_command("initrd /initrd-6.8.img"),
        ipl(9, b"contents of the initrd", b"/initrd-6.8.img\0"),
        application("\\vmlinuz-6.8"),
    ]
}

/// What the kernel's EFI stub measures.
pub(super) fn linux_stub() -> Vec<TpmEvent> {
    vec![
        tagged(9, 0x8f3b_22ed, &utf16("root=/dev/vda2 ro quiet"), b"LOADED_IMAGE::LoadOptions\0"),
        tagged(9, 0x8f3b_22ec, b"contents of the initrd", b"Linux initrd\0"),
    ]
}

/// A unified kernel image: its sections in canonical order, then its command line.
pub(super) fn unified_kernel() -> Vec<TpmEvent> {
    let db = [&OWNER[..], &certificate("db")].concat();
    let mut events = vec![
        TpmEvent::plain(7, VARIABLE_AUTHORITY, &variable_data(IMAGE_SECURITY, "db", &db)),
        application("\\EFI\\Linux\\forge.efi"),
    ];
    for section in [".linux", ".osrel", ".cmdline", ".initrd", ".uname"] {
        let description = utf16(&format!("{section}\0"));
        events.push(ipl(11, format!("{section}\0").as_bytes(), &description));
        events.push(ipl(11, format!("contents of {section}").as_bytes(), &description));
    }
    let line = utf16("root=/dev/vda2 ro quiet");
    events.push(ipl(12, &line, &[&line[..], &[0, 0]].concat()));
    events
}

/// The end of boot services, announced and done.
pub(super) fn exit_boot_services() -> Vec<TpmEvent> {
    vec![
        TpmEvent::plain(5, EFI_ACTION, b"Exit Boot Services Invocation"),
        TpmEvent::plain(5, EFI_ACTION, b"Exit Boot Services Returned with Success"),
    ]
}
