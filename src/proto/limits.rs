//! Budgets against abuse: an allowance, how it comes back, and what breaks when it is gone.

use std::time::Instant;

/// RST_STREAM frames that a peer may send. Opening and resetting streams in a hurry costs the
/// peer next to nothing and us a request each; it never shows in the number of open streams
/// (CVE-2023-44487). A burst of ordinary cancellations fits the bucket, a flood does not.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResetBudget {
    tokens: u64,
    burst: u64,
    rate: u64,
    /// When the whole tokens were last added.
    refilled: Instant,
}

impl ResetBudget {
    /// A full bucket of `burst`, refilled by `rate` a second.
    pub(super) fn new(burst: u64, rate: u64, now: Instant) -> Self {
        ResetBudget { tokens: burst, burst, rate, refilled: now }
    }

    /// Draws one token; false when there is none.
    pub(super) fn draw(&mut self, now: Instant) -> bool {
        let seconds = now.saturating_duration_since(self.refilled).as_secs();
        if seconds > 0 {
            self.refilled += std::time::Duration::from_secs(seconds);
            let gained = self.rate.saturating_mul(seconds);
            self.tokens = self.tokens.saturating_add(gained).min(self.burst);
        }
        match self.tokens.checked_sub(1) {
            Some(left) => {
                self.tokens = left;
                true
            }
            None => false,
        }
    }
}

/// RST_STREAM frames that may wait for the peer to read. Requests and promises can be refused as
/// fast as they come; a peer that asks and never reads would have us keep a frame for each
/// (CVE-2019-9514). More than any peer has open at once.
pub(super) const MAX_UNSENT_RESETS: u32 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn tokens_come_back_by_the_second_up_to_the_burst() {
        let start = Instant::now();
        let mut budget = ResetBudget::new(3, 2, start);
        assert!((0..3).all(|_| budget.draw(start)));
        assert!(!budget.draw(start));
        assert!(!budget.draw(start + Duration::from_millis(999)));
        assert!((0..2).all(|_| budget.draw(start + Duration::from_secs(1))));
        assert!(!budget.draw(start + Duration::from_secs(1)));
        let later = start + Duration::from_secs(1000);
        assert!((0..3).all(|_| budget.draw(later)));
        assert!(!budget.draw(later));
    }
}
