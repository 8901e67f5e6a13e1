#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| veriquote_fuzz::reader_aliyun(data));
