//! veriquote-benches
