//! `%XX`, as RFC 3986 has it.

use super::UriError;

/// Puts the bytes in for their `%XX`.
pub fn decode(text: &str) -> Result<String, UriError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let Some(([high, low], after)) = rest.split_first_chunk::<2>() else { return Err(UriError::Percent) };
        bytes.push(digit(*high)? * 16 + digit(*low)?);
        rest = after;
    }
    String::from_utf8(bytes).map_err(|_| UriError::Percent)
}

fn digit(byte: u8) -> Result<u8, UriError> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).ok_or(UriError::Percent)
}

/// Writes everything but letters, digits and `-._~` as `%XX`.
pub fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
