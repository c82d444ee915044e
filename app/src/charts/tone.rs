//! Tones: the colour of a series, which an entity keeps on every page.

use std::collections::BTreeSet;

/// Colours for series, before the rest is drawn alike.
pub const MOST: usize = 7;

/// Colour of a line or a bar, as a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Tone {
    /// The one series of a chart.
    #[default]
    Plain,
    /// One of the seven colours, from 0.
    Series(usize),
    /// One of the rest.
    Other,
}

impl Tone {
    /// Its class.
    pub fn class(self) -> &'static str {
        const CLASSES: [&str; MOST] = ["s1", "s2", "s3", "s4", "s5", "s6", "s7"];
        match self {
            Tone::Plain => "plain",
            Tone::Series(index) => CLASSES.get(index).copied().unwrap_or("other"),
            Tone::Other => "other",
        }
    }
}

/// Tones of the entities that are shown, by their place among all entities in the order of
/// names: the place decides where it can, the next free colour where two would share one.
pub fn tones(places: &[usize]) -> Vec<Tone> {
    let mut free: BTreeSet<usize> = (0..MOST).collect();
    places
        .iter()
        .map(|place| {
            let own = place % MOST;
            let next = free.range(own..).next().or_else(|| free.first()).copied();
            next.map_or(Tone::Other, |tone| {
                free.remove(&tone);
                Tone::Series(tone)
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_keep_their_colour_and_share_none() {
        let check = |places: &[usize], expected: &[usize]| {
            let expected: Vec<Tone> = expected.iter().map(|&tone| Tone::Series(tone)).collect();
            assert_eq!(tones(places), expected);
        };
        check(&[], &[]);
        check(&[0, 1, 2, 5], &[0, 1, 2, 5]);
        check(&[3, 10, 13], &[3, 4, 6]);
        check(&[6, 13], &[6, 0]);
        assert_eq!(tones(&[0, 1, 2, 3, 4, 5, 6, 7])[7], Tone::Other);
        assert_eq!(Tone::Series(99).class(), "other");
    }
}
