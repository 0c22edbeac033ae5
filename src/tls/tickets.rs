//! Tickets that servers give (RFC 5077, RFC 8446 §4.6.1), under keys that the embedder may set, so
//! that several processes take each other's.

use std::sync::{PoisonError, RwLock};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use rustls::server::ProducesTickets;

/// Octets of the name by which tickets know their keys.
const NAME: usize = 16;

/// How long tickets are good for unless the embedder says otherwise, in seconds.
pub const TICKET_LIFETIME: u32 = 7200;

/// The operating system gave no random octets.
#[derive(Debug)]
pub struct NoRandomness;

/// What tickets are sealed with: a name of 16 octets in front of a key of 32.
pub struct TicketKeys {
    keys: RwLock<[u8; TicketKeys::LEN]>,
    lifetime: u32,
    random: SystemRandom,
}

impl TicketKeys {
    /// Octets of a set of keys, as in node:tls.
    pub const LEN: usize = 48;

    /// Makes random keys.
    ///
    /// # Errors
    /// There are no random octets.
    pub fn new(lifetime: u32) -> Result<Self, NoRandomness> {
        let random = SystemRandom::new();
        let mut keys = [0; Self::LEN];
        random.fill(&mut keys).map_err(|_| NoRandomness)?;
        Ok(Self { keys: RwLock::new(keys), lifetime, random })
    }

    /// The keys.
    pub fn get(&self) -> [u8; Self::LEN] {
        *self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the keys: tickets under the old ones are worth nothing from now on.
    pub fn set(&self, keys: [u8; Self::LEN]) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// The name, and the key ready for use.
    fn key(&self) -> Option<([u8; NAME], LessSafeKey)> {
        let keys = self.get();
        let (name, key) = keys.split_first_chunk::<NAME>()?;
        Some((*name, LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?)))
    }
}

impl std::fmt::Debug for TicketKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the keys.
        f.debug_struct("TicketKeys").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

impl ProducesTickets for TicketKeys {
    fn enabled(&self) -> bool {
        true
    }

    fn lifetime(&self) -> u32 {
        self.lifetime
    }

    /// name ‖ nonce ‖ sealed; the name is authenticated with it.
    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        let (name, key) = self.key()?;
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).ok()?;
        let mut ticket = [&name[..], &nonce, plain].concat();
        let tag = key
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(name),
                &mut ticket[NAME + NONCE_LEN..],
            )
            .ok()?;
        ticket.extend_from_slice(tag.as_ref());
        Some(ticket)
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        let (name, key) = self.key()?;
        let (claimed, rest) = ticket.split_first_chunk::<NAME>()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>()?;
        if *claimed != name {
            return None;
        }
        let mut plain = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = key.open_in_place(nonce, Aad::from(name), &mut plain).ok()?.len();
        plain.truncate(length);
        Some(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_come_back_under_the_same_keys_only() {
        let one = TicketKeys::new(TICKET_LIFETIME).unwrap();
        let ticket = one.encrypt(b"state").unwrap();
        assert_eq!(one.decrypt(&ticket).unwrap(), b"state");

        let other = TicketKeys::new(TICKET_LIFETIME).unwrap();
        assert_eq!(other.decrypt(&ticket), None);
        other.set(one.get());
        assert_eq!(other.decrypt(&ticket).unwrap(), b"state");
    }

    #[test]
    fn altered_and_short_tickets_are_refused() {
        let keys = TicketKeys::new(TICKET_LIFETIME).unwrap();
        let ticket = keys.encrypt(b"state").unwrap();
        for at in 0..ticket.len() {
            let mut altered = ticket.clone();
            altered[at] ^= 1;
            assert_eq!(keys.decrypt(&altered), None, "octet {at}");
            assert_eq!(keys.decrypt(&ticket[..at]), None, "{at} octets");
        }
    }
}
