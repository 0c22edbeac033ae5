//! Sessions against sessions and against scripted peers, one file per concern.

mod auto_window;
mod flow_control;
mod harness;
mod limits;
mod messages;
mod observe;
mod properties;
mod push;
mod rules;
mod sections;
mod settings;
mod shutdown;
mod states;
