//! The bytes of a message as somebody can read them: text where they are text, else a hex dump.
//! Bounded, and never silent about what it leaves out. Pure.

use std::fmt::Write;

use crate::format;

/// Most bytes of a text that are shown.
const TEXT: usize = 8_192;

/// Most bytes that are dumped.
const DUMP: usize = 1_024;

/// Bytes in a line of a dump.
const LINE: usize = 16;

/// What is shown of the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The text, or the dump.
    pub body: String,
    /// Whether it is a dump.
    pub dump: bool,
    /// What it is, how much of it stands here and how much is left out.
    pub note: String,
}

impl Shown {
    /// Reads bytes from the base64 of the API; `size` counts those that are not kept, too.
    pub fn of(base64: &str, size: u64) -> Shown {
        let note = |note: &str| Shown { body: String::new(), dump: false, note: note.to_owned() };
        match decode(base64) {
            Some(_) if size == 0 => note("The message has no bytes."),
            Some(bytes) => show(&bytes, size),
            None => note("The bytes cannot be read."),
        }
    }
}

fn show(bytes: &[u8], size: u64) -> Shown {
    if let Some(text) = text(bytes, size) {
        let body = head(text, TEXT);
        let note = note("Text in UTF-8", body.len(), size);
        return Shown { body: body.to_owned(), dump: false, note };
    }
    let part = bytes.get(..DUMP).unwrap_or(bytes);
    Shown { body: dump(part), dump: true, note: note("Not a text in UTF-8", part.len(), size) }
}

/// The bytes as text, which has no control characters but tabs and ends of lines. Its last letter
/// may be cut where more bytes came than are kept.
fn text(bytes: &[u8], size: u64) -> Option<&str> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() && size > bytes.len() as u64 => {
            bytes.get(..error.valid_up_to()).and_then(|bytes| std::str::from_utf8(bytes).ok())?
        }
        Err(_) => return None,
    };
    let plain = |letter: char| !letter.is_control() || matches!(letter, '\t' | '\n' | '\r');
    text.chars().all(plain).then_some(text)
}

/// The letters of a text that fit in so many bytes.
fn head(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

fn note(kind: &str, shown: usize, size: u64) -> String {
    let (shown, total) = (shown as u64, format::count(size));
    match size.saturating_sub(shown) {
        0 => format!("{kind}: {total} bytes."),
        left => {
            let (shown, left) = (format::count(shown), format::count(left));
            format!("{kind}: the first {shown} of {total} bytes. {left} are left out.")
        }
    }
}

/// Lines of an offset, sixteen bytes, and the letters among them.
fn dump(bytes: &[u8]) -> String {
    let mut out = String::new();
    for (index, line) in bytes.chunks(LINE).enumerate() {
        write!(out, "{:04x} ", index * LINE).expect("writing to a string cannot fail");
        for at in 0..LINE {
            let gap = if at == LINE / 2 { "  " } else { " " };
            let byte = line.get(at).map_or_else(|| "  ".to_owned(), |byte| format!("{byte:02x}"));
            out.push_str(gap);
            out.push_str(&byte);
        }
        out.push_str("  ");
        let letter = |&byte: &u8| match byte {
            b' '..=b'~' => char::from(byte),
            _ => '.',
        };
        out.extend(line.iter().map(letter));
        out.push('\n');
    }
    out
}

/// Decodes base64 (RFC 4648); nothing where it is none.
fn decode(base64: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(base64.len() / 4 * 3);
    let (mut held, mut bits) = (0_u32, 0);
    for byte in base64.trim_end_matches('=').bytes() {
        held = held << 6 | u32::from(sextet(byte)?);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            let [low, ..] = (held >> bits).to_le_bytes();
            out.push(low);
        }
    }
    Some(out)
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let check = |base64: &str, expected: &[u8]| {
            assert_eq!(decode(base64).as_deref(), Some(expected), "{base64}");
        };
        check("", b"");
        check("Zg==", b"f");
        check("Zm8=", b"fo");
        check("Zm9v", b"foo");
        check("Zm9vYmFy", b"foobar");
        check("AP+/gA==", &[0, 0xff, 0xbf, 0x80]);
        assert_eq!(decode("Zm9v!"), None);
    }

    #[test]
    fn text_is_text_and_the_rest_is_dumped() {
        let check = |bytes: &[u8], dump: bool, body: &str| {
            let shown = show(bytes, bytes.len() as u64);
            assert_eq!((shown.dump, shown.body.as_str()), (dump, body));
        };
        check(b"{\"a\": 1}\n", false, "{\"a\": 1}\n");
        check("caf\u{e9}".as_bytes(), false, "caf\u{e9}");
        let blanks = " ".repeat(40);
        check(b"\x00AB", true, &format!("0000  00 41 42{blanks}  .AB\n"));
        check(b"\xffAB", true, &format!("0000  ff 41 42{blanks}  .AB\n"));
        let full = "0000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 00  0123456789abcde.\n";
        check(b"0123456789abcde\0", true, full);
    }

    #[test]
    fn what_is_left_out_is_said() {
        let check = |bytes: &[u8], size: u64, body: usize, note: &str| {
            let shown = show(bytes, size);
            assert_eq!((shown.body.len(), shown.note.as_str()), (body, note));
        };
        check(b"{}", 2, 2, "Text in UTF-8: 2 bytes.");
        let long = "x".repeat(65_536);
        let said = "Text in UTF-8: the first 8,192 of 5,000,000 bytes. 4,991,808 are left out.";
        check(long.as_bytes(), 5_000_000, TEXT, said);
        let said = "Text in UTF-8: the first 2 of 9 bytes. 7 are left out.";
        check(b"ab\xc3", 9, 2, said);
        let odd = format!("a{}", "\u{e9}".repeat(TEXT));
        let said = "Text in UTF-8: the first 8,191 of 16,385 bytes. 8,194 are left out.";
        check(odd.as_bytes(), odd.len() as u64, TEXT - 1, said);
        let said = "Not a text in UTF-8: the first 1,024 of 2,000 bytes. 976 are left out.";
        check(&[0xff; 2_000], 2_000, 64 * 73, said);
        assert_eq!(Shown::of("", 0).note, "The message has no bytes.");
        assert_eq!(Shown::of("?", 4).note, "The bytes cannot be read.");
        assert_eq!(Shown::of("e30=", 2).body, "{}");
    }
}
