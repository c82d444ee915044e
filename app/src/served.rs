//! The state that a page is served with, as the text of an element. The server writes it, the
//! browser reads it.
//!
//! A byte that is a printable letter of ASCII stands as itself, every other one as the letter that
//! many places behind U+0100; so the text ends no element, survives every parser, and is
//! compressed like the bytes themselves, which base64 would tear apart.

/// Id of the element that carries the state.
pub const ID: &str = "initial";

/// Where the letters for bytes begin that do not stand as themselves.
const BEHIND: u32 = 0x100;

/// Bytes as text.
pub fn write(bytes: &[u8]) -> String {
    let letter = |byte: &u8| match byte {
        b'<' => None,
        b' '..=b'~' => Some(char::from(*byte)),
        _ => None,
    };
    let behind = |byte: &u8| char::from_u32(BEHIND + u32::from(*byte)).unwrap_or_default();
    bytes.iter().map(|byte| letter(byte).unwrap_or_else(|| behind(byte))).collect()
}

/// The bytes of a text; nothing where it is none of ours.
pub fn read(text: &str) -> Option<Vec<u8>> {
    let byte = |letter: char| {
        let place = u32::from(letter);
        u8::try_from(place.checked_sub(BEHIND).unwrap_or(place)).ok()
    };
    text.chars().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_text_stays_and_no_tag_can_stand_in_it() {
        assert_eq!(write(b"rate 0.5</script>\0\xff"), "rate 0.5\u{13c}/script>\u{100}\u{1ff}");
        assert_eq!(read("\u{2013}\u{1f600}"), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let text = write(&bytes);
            prop_assert!(!text.contains('<') && !text.chars().any(char::is_control));
            prop_assert_eq!(read(&text), Some(bytes));
        }
    }
}
