//! placeholder until its builder fills it
fn main() {}
