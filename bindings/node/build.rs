//! Linker arguments of a Node.js module.

fn main() {
    napi_build::setup();
}
