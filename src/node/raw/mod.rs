//! The only room of the crate with `unsafe` in it: arrays that JavaScript owns, and classes and
//! functions that are Node-API callbacks.

mod arrays;
mod class;

pub(super) use arrays::{Octets, Span, Words};
pub(super) use class::{Answer, Arguments, Class, Method, bind, define};
