//! Randomness by seed: the same on every platform. Only sums, products and quotients enter what is
//! drawn, since libraries differ in the last bit of anything beyond.

use rand::{Rng, RngExt, SeedableRng, rngs::ChaCha8Rng, seq::SliceRandom};

/// A seeded source of numbers.
#[derive(Debug)]
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The source of a seed and a purpose: other purposes draw independently.
    pub fn new(seed: u64, purpose: &str) -> Self {
        let mut key = [0; 32];
        let (first, rest) = key.split_at_mut(8);
        first.copy_from_slice(&seed.to_le_bytes());
        let (second, _) = rest.split_at_mut(8);
        second.copy_from_slice(&digest(purpose).to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number from `low` up to `high`, which is not reached.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        self.0.random_range(low..high)
    }

    /// A whole number from `low` to `high`, both included.
    pub fn whole(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high)
    }

    /// One of some things.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let most = u32::try_from(of.len()).unwrap_or(u32::MAX);
        &of[self.0.random_range(0..most) as usize]
    }

    /// Puts things into any order.
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        things.shuffle(&mut self.0);
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Ten bytes, for an identity.
    pub fn bytes(&mut self) -> [u8; 10] {
        self.0.random()
    }
}

/// FNV-1a over the bytes of a text, 64 bits (Fowler, Noll, Vo; RFC 9923).
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
