//! Languages by name and by code.

/// Names with their codes, as text indexes know them.
const LANGUAGES: [(&str, &str); 16] = [
    ("none", "none"),
    ("danish", "da"),
    ("dutch", "nl"),
    ("english", "en"),
    ("finnish", "fi"),
    ("french", "fr"),
    ("german", "de"),
    ("hungarian", "hu"),
    ("italian", "it"),
    ("norwegian", "nb"),
    ("portuguese", "pt"),
    ("romanian", "ro"),
    ("russian", "ru"),
    ("spanish", "es"),
    ("swedish", "sv"),
    ("turkish", "tr"),
];

/// `Some(true)` for English, `Some(false)` for another known language, in any case of letters.
pub fn is_english(name: &str) -> Option<bool> {
    let name = name.to_lowercase();
    let known = LANGUAGES.iter().find(|(long, short)| *long == name || *short == name);
    known.map(|(long, _)| *long == "english")
}
