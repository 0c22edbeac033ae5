//! The Node addon: conversion between the engine and JavaScript, nothing else.
//!
//! A crossing costs more than most of what it asks for, so there are few: one per socket read with
//! the octets in and a batch of events out, one per batch of commands, one per buffer of output.
//! Events and commands are words in shared arrays ([`events`], [`commands`]), numbered by one table
//! ([`mod@opcodes`]); strings cross as ids ([`strings`]); bodies do not cross at all
//! ([`output`]).
//!
//! No JavaScript is called from here, so nothing re-enters a borrowed session. All state belongs to
//! the environment that made it: worker threads load the same library and share nothing.

// napi registers nothing in a test, so that nothing is reached from outside.
#![cfg_attr(test, allow(dead_code))]

mod bridge;
mod commands;
mod events;
#[cfg(feature = "fault-injection")]
mod faults;
mod files;
mod guard;
mod log;
mod opcodes;
mod options;
mod output;
#[allow(unsafe_code, reason = "Node-API and the memory of JavaScript are pointers")]
mod raw;
mod report;
mod session;
mod strings;
mod tls;

use napi::Result;
use napi::bindgen_prelude::{Env, Object};
use napi_derive::napi;

/// Adds to the exports what does not add itself, and begins to log.
#[napi(module_exports)]
pub(crate) fn register(mut exports: Object, env: Env) -> Result<()> {
    log::start();
    raw::define::<tls::Pipe>(env, &mut exports)
}

/// The numbers that begin events and commands, and the places of the table of inbound strings:
/// `{ events: { NAME: n }, commands: { NAME: n }, inboundStrings: n }`.
#[napi]
pub(crate) fn opcodes(env: &Env) -> Result<Object<'_>> {
    let mut tables = Object::new(env)?;
    for (key, list) in [("events", opcodes::event::ALL), ("commands", opcodes::command::ALL)] {
        let mut table = Object::new(env)?;
        for (name, code) in list {
            table.set(*name, *code)?;
        }
        tables.set(key, table)?;
    }
    tables.set("inboundStrings", strings::Inbound::CAPACITY)?;
    Ok(tables)
}
