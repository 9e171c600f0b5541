//! From text to words, and from words to what is compared.

/// How words are made equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Folding {
    /// Capital letters stay.
    pub case_sensitive: bool,
    /// Marks on letters stay.
    pub diacritic_sensitive: bool,
}

/// Words that say nothing in English.
const STOP_WORDS: &str = " a about above after again against all am an and any are aren't as at be because been before \
    being below between both but by can cannot can't could couldn't did didn't do does doesn't doing don't down during \
    each few for from further had hadn't has hasn't have haven't having he her here hers herself him himself his how i \
    if in into is isn't it its itself it's just me more most my myself no nor not now of off on once only or other our \
    ours ourselves out over own s same she should so some such t than that that's the their theirs them themselves then \
    there these they this those through to too under until up very was wasn't we were weren't what when where which \
    while who whom why will with won't would wouldn't you your yours yourself yourselves ";

/// Endings that a stem loses, longest first, with what takes their place.
const ENDINGS: [(&str, &str); 14] = [
    ("ational", "at"),
    ("fulness", "ful"),
    ("iveness", "iv"),
    ("ization", "iz"),
    ("ations", "at"),
    ("ation", "at"),
    ("sses", "ss"),
    ("ness", ""),
    ("ment", ""),
    ("ies", "i"),
    ("ing", ""),
    ("ed", ""),
    ("ly", ""),
    ("es", ""),
];

/// The words of a text, folded.
pub fn words(text: &str, folding: Folding) -> impl Iterator<Item = String> + '_ {
    let pieces = text.split(|letter: char| !letter.is_alphanumeric() && !is_mark(letter) && letter != '\'');
    let pieces = pieces.map(|piece| piece.trim_matches('\'')).filter(|piece| !piece.is_empty());
    pieces.map(move |piece| fold(piece, folding))
}

fn fold(word: &str, folding: Folding) -> String {
    let plain: String = match folding.diacritic_sensitive {
        true => word.to_owned(),
        false => word.chars().filter(|letter| !is_mark(*letter)).map(without_mark).collect(),
    };
    if folding.case_sensitive { plain } else { plain.to_lowercase() }
}

/// What is compared of a word: its stem in English, nothing for a stop word.
pub fn term(word: &str, english: bool) -> Option<String> {
    if !english {
        return Some(word.to_owned());
    }
    let lower = word.to_lowercase();
    (!STOP_WORDS.contains(&format!(" {lower} "))).then(|| stem(word))
}

fn stem(word: &str) -> String {
    let word = word.strip_suffix("'s").unwrap_or(word);
    for (ending, replacement) in ENDINGS {
        if let Some(rest) = word.strip_suffix(ending).filter(|rest| is_stem(rest)) {
            return tidy(&format!("{rest}{replacement}"));
        }
    }
    let singular = word.strip_suffix('s').filter(|rest| is_stem(rest) && !rest.ends_with(['s', 'u']));
    tidy(singular.unwrap_or(word))
}

/// Long enough to mean something, and one can say it.
fn is_stem(rest: &str) -> bool {
    rest.chars().count() >= 3 && rest.contains(['a', 'e', 'i', 'o', 'u', 'y', 'A', 'E', 'I', 'O', 'U', 'Y'])
}

/// `runn` is `run`, `bake` is `bak` and `happy` is `happi`, so that all forms of a word meet.
fn tidy(stem: &str) -> String {
    let mut letters: Vec<char> = stem.chars().collect();
    match letters[..] {
        [.., a, b] if a == b && !"lszaeiou".contains(b) && letters.len() > 3 => drop(letters.pop()),
        [.., 'e'] if letters.len() > 3 => drop(letters.pop()),
        [.., before, 'y'] if letters.len() > 2 && !"aeiou".contains(before) => {
            letters.pop();
            letters.push('i');
        }
        _ => {}
    }
    letters.into_iter().collect()
}

/// A mark that stands behind its letter.
fn is_mark(letter: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&letter)
}

/// Latin letters lose their marks; all others stay as they are.
fn without_mark(letter: char) -> char {
    const PLAIN: [(&str, char); 24] = [
        ("àáâãäåāăą", 'a'),
        ("çćĉċč", 'c'),
        ("ďđ", 'd'),
        ("èéêëēĕėęě", 'e'),
        ("ĝğġģ", 'g'),
        ("ìíîïĩīĭįı", 'i'),
        ("ñńņň", 'n'),
        ("òóôõöøōŏő", 'o'),
        ("ŕŗř", 'r'),
        ("śŝşšș", 's'),
        ("ţťŧț", 't'),
        ("ùúûüũūŭůűų", 'u'),
        ("ýÿŷ", 'y'),
        ("źżž", 'z'),
        ("ÀÁÂÃÄÅĀĂĄ", 'A'),
        ("ÇĆĈĊČ", 'C'),
        ("ÈÉÊËĒĔĖĘĚ", 'E'),
        ("ÌÍÎÏĨĪĬĮİ", 'I'),
        ("ÑŃŅŇ", 'N'),
        ("ÒÓÔÕÖØŌŎŐ", 'O'),
        ("ŚŜŞŠȘ", 'S'),
        ("ÙÚÛÜŨŪŬŮŰŲ", 'U'),
        ("ÝŸŶ", 'Y'),
        ("ŹŻŽ", 'Z'),
    ];
    if letter.is_ascii() {
        return letter;
    }
    PLAIN.iter().find(|(marked, _)| marked.contains(letter)).map_or(letter, |(_, plain)| *plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, folding: Folding) -> Vec<String> {
        words(text, folding).collect()
    }

    #[test]
    fn words_end_at_spaces_and_signs() {
        assert_eq!(all("One, two-THREE; don't 'stop'", Folding::default()), ["one", "two", "three", "don't", "stop"]);
        assert!(all(" -- '' ", Folding::default()).is_empty());
    }

    #[test]
    fn case_and_marks_are_folded_unless_they_count() {
        assert_eq!(all("Café CAFE\u{301}", Folding::default()), ["cafe", "cafe"]);
        let strict = Folding { case_sensitive: true, diacritic_sensitive: true };
        assert_eq!(all("Café", strict), ["Café"]);
    }

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for forms in [
            &["bake", "baking", "baked", "bakes"][..],
            &["run", "running", "runs"],
            &["cake", "cakes"],
            &["happy", "happiness", "happily"],
            &["city", "cities"],
            &["class", "classes"],
            &["search", "searches", "searching", "searched"],
        ] {
            let stems: Vec<String> = forms.iter().map(|form| stem(form)).collect();
            assert!(stems.windows(2).all(|pair| pair[0] == pair[1]), "{forms:?} gave {stems:?}");
        }
    }

    #[test]
    fn stop_words_are_nothing_in_english_only() {
        assert_eq!(term("The", true), None);
        assert_eq!(term("the", false).as_deref(), Some("the"));
        assert_eq!(term("shout", true).as_deref(), Some("shout"));
    }
}
