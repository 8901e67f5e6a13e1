#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| veriquote_fuzz::reader_ita_v2(data));
