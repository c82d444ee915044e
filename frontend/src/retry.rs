//! How long to wait before the next attempt: doubling from half a second to fifteen, each
//! shortened by chance so that a thousand browsers do not return at once. Pure.

/// Shortest and longest wait, in milliseconds.
const FIRST: u32 = 500;
const LONGEST: u32 = 15_000;

/// Attempts since the last success.
#[derive(Debug, Clone, Copy, Default)]
pub struct Retry {
    attempts: u32,
}

impl Retry {
    /// Milliseconds to wait now; `chance` lies between 0 and 1 and shortens it by up to a half.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a wait of at most fifteen seconds"
    )]
    pub fn next(&mut self, chance: f64) -> u32 {
        let full = FIRST.saturating_mul(1 << self.attempts.min(8)).min(LONGEST);
        self.attempts = self.attempts.saturating_add(1);
        (f64::from(full) * (1.0 - chance.clamp(0.0, 1.0) / 2.0)) as u32
    }

    /// Begins again after a success.
    pub fn reset(&mut self) {
        self.attempts = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let mut retry = Retry::default();
        let waits: Vec<u32> = (0..7).map(|_| retry.next(0.0)).collect();
        assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
        retry.reset();
        assert_eq!(retry.next(1.0), 250);
    }
}
