//! Sessions that clients resume (RFC 8446 §2.2, RFC 5077, RFC 5246 §7.3).

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::NamedGroup;
use rustls::client::{ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;

use super::identity::Identities;

/// Tickets that are kept of a server; each is used once (RFC 8446 §C.4).
const MAX_TICKETS: usize = 8;

/// What a server gave a client to come back with. Connections that share it resume each other.
#[derive(Debug, Default)]
pub struct ClientSessions {
    held: Mutex<Held>,
    received: AtomicU32,
}

#[derive(Debug, Default)]
struct Held {
    group: Option<NamedGroup>,
    tls12: Option<Tls12ClientSessionValue>,
    tls13: VecDeque<Tls13ClientSessionValue>,
    /// Who the client was. rustls resumes nothing for another object, whatever is in it.
    identities: Option<Arc<Identities>>,
}

impl ClientSessions {
    /// How many sessions have come in so far; it wraps around.
    pub fn received(&self) -> u32 {
        self.received.load(Ordering::Relaxed)
    }

    /// What a client with such certificates has to name as its own, for the sessions to be its.
    pub(super) fn identities_like(&self, own: &Arc<Identities>) -> Arc<Identities> {
        let mut held = self.held();
        let known = held.identities.get_or_insert_with(|| Arc::clone(own));
        Arc::clone(if known.are(own) { known } else { own })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientSessionStore for ClientSessions {
    fn set_kx_hint(&self, _server_name: ServerName<'static>, group: NamedGroup) {
        self.held().group = Some(group);
    }

    fn kx_hint(&self, _server_name: &ServerName<'_>) -> Option<NamedGroup> {
        self.held().group
    }

    fn set_tls12_session(&self, _: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.held().tls12 = Some(value);
        self.received.fetch_add(1, Ordering::Relaxed);
    }

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.held().tls12.clone()
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {
        self.held().tls12 = None;
    }

    fn insert_tls13_ticket(&self, _: ServerName<'static>, value: Tls13ClientSessionValue) {
        let mut held = self.held();
        if held.tls13.len() == MAX_TICKETS {
            held.tls13.pop_front();
        }
        held.tls13.push_back(value);
        self.received.fetch_add(1, Ordering::Relaxed);
    }

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.held().tls13.pop_back()
    }
}
