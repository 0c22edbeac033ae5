//! TLS for JavaScript: configurations and pipes.

mod config;
mod pipe;

pub(super) use pipe::Pipe;
