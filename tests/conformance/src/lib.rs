//! veriquote-conformance
