//! veriquote-facade
