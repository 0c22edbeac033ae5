//! The only room of the crate with `unsafe` in it: arrays that JavaScript owns, classes and
//! functions that are Node-API callbacks, and numbers that stand for descriptors.

mod arrays;
mod class;
mod descriptors;

pub(super) use arrays::{Octets, Span, Words};
pub(super) use class::{Answer, Arguments, Class, Method, bind, define};
pub(super) use descriptors::read_held;
