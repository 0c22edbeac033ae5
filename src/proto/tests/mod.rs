//! Sessions against sessions and against scripted peers, one file per concern.

mod harness;
mod messages;
