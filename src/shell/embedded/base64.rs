//! Base64 as `BinData` carries it: written with padding, read also without.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Bits behind the last byte and missing padding are forgiven, as the old shell does.
const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

pub fn encode(bytes: &[u8]) -> String {
    FORGIVING.encode(bytes)
}

/// `None` for what is no base64.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    FORGIVING.decode(text).ok()
}
