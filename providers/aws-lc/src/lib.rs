//! veriquote-aws-lc
