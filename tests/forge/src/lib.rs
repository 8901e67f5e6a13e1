//! veriquote-forge
