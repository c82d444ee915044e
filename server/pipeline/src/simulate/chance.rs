//! Chance: draws that depend on a seed and a place, and on nothing that came before.

use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

/// A generator of its own for each place: the same seed and place always draw the same.
pub fn dice(seed: u64, place: (u64, u64)) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&place.0.to_le_bytes());
    key[16..24].copy_from_slice(&place.1.to_le_bytes());
    ChaCha8Rng::from_seed(key)
}

/// One draw from 0 to 1 for a place. A mixing function instead of a generator, since it is asked
/// often: the finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
#[expect(clippy::cast_precision_loss, reason = "53 bits are kept")]
pub fn draw(seed: u64, place: (u64, u64)) -> f64 {
    let mixed = mix(mix(mix(seed) ^ place.0) ^ place.1);
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

fn mix(value: u64) -> u64 {
    let mut value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A smooth curve over time between -1 and 1: drawn at every `period`, blended between.
#[expect(clippy::cast_precision_loss, reason = "a position within one period")]
pub fn noise(seed: u64, name: u64, millis: i64, period: i64) -> f64 {
    let index = millis.div_euclid(period);
    let at = |index: i64| 2.0 * draw(seed, (name, index.cast_unsigned())) - 1.0;
    let along = millis.rem_euclid(period) as f64 / period as f64;
    let blend = along * along * (3.0 - 2.0 * along);
    at(index) + (at(index + 1) - at(index)) * blend
}

/// One of several.
pub fn pick<'a, T>(dice: &mut ChaCha8Rng, from: &'a [T]) -> &'a T {
    &from[dice.random_range(0..from.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_smooth_and_bounded() {
        let mut last = noise(7, 1, 0, 1_000);
        for millis in 1..20_000 {
            let now = noise(7, 1, millis, 1_000);
            assert!((-1.0..=1.0).contains(&now));
            assert!((now - last).abs() < 0.01, "no jump at {millis}");
            last = now;
        }
    }

    #[test]
    fn a_place_always_draws_the_same() {
        assert_eq!(draw(1, (2, 3)), draw(1, (2, 3)));
        assert_ne!(draw(1, (2, 3)), draw(1, (3, 2)));
        assert_eq!(dice(1, (2, 3)).random::<u64>(), dice(1, (2, 3)).random::<u64>());
    }
}
