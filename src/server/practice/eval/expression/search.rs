//! Texts searched by regular expressions, and parts of texts replaced.

use super::{LARGEST, Outcome, is_nullish};
use crate::doc;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::eval::matcher::compile;
use crate::wire::bson::Bson;

/// The text and the compiled expression of `input`, `regex` and `options`; nothing where one of them is null.
fn search<'a>(name: &str, values: &'a [Bson]) -> Result<Option<(&'a str, regex::Regex)>, CommandError> {
    let options = match values.get(2) {
        None => None,
        Some(value) if is_nullish(value) => None,
        Some(Bson::String(options)) => Some(options.as_str()),
        Some(_) => return Err(CommandError::new(51106, format!("{name} needs 'options' to be of type string"))),
    };
    let (pattern, options) = match values.get(1) {
        Some(Bson::String(pattern)) => (Some(pattern.as_str()), options.unwrap_or("")),
        Some(Bson::Regex { options: own, .. }) if options.is_some() && !own.is_empty() => {
            return Err(CommandError::new(51107, format!("{name} found options both in 'regex' and in 'options'")));
        }
        Some(Bson::Regex { pattern, options: own }) => (Some(pattern.as_str()), options.unwrap_or(own)),
        Some(value) if is_nullish(value) => (None, ""),
        _ => return Err(CommandError::new(51105, format!("{name} needs 'regex' to be of type string or regex"))),
    };
    let source = match values.first() {
        Some(Bson::String(text) | Bson::Symbol(text)) => Some(text.as_str()),
        None => None,
        Some(value) if is_nullish(value) => None,
        Some(_) => return Err(CommandError::new(51104, format!("{name} needs 'input' to be of type string"))),
    };
    let compiled = pattern.map(|pattern| compile(pattern, options)).transpose()?;
    Ok(source.zip(compiled))
}

/// `$regexMatch`
pub fn regex_match(values: &[Bson]) -> Outcome {
    Ok(search("$regexMatch", values)?.is_some_and(|(source, regex)| regex.is_match(source)).into())
}

/// `$regexFind`
pub fn regex_find(values: &[Bson]) -> Outcome {
    let Some((source, regex)) = search("$regexFind", values)? else { return Ok(Bson::Null) };
    Ok(regex.captures(source).map_or(Bson::Null, |found| shown(&found, points(source, 0, found.get_match().start()))))
}

/// `$regexFindAll`
pub fn regex_find_all(values: &[Bson]) -> Outcome {
    let Some((source, regex)) = search("$regexFindAll", values)? else { return Ok(Bson::Array(Vec::new())) };
    let (mut all, mut made) = (Vec::new(), 0);
    let (mut at, mut index) = (0, 0);
    for found in regex.captures_iter(source) {
        let whole = found.get_match();
        index += points(source, at, whole.start());
        at = whole.start();
        // Every capture may hold the whole text again.
        made += found.iter().flatten().map(|part| part.len() + 8).sum::<usize>();
        if made > LARGEST {
            return Err(CommandError::new(51151, "$regexFindAll found too much"));
        }
        all.push(shown(&found, index));
    }
    Ok(Bson::Array(all))
}

/// Code points between two places of a text.
fn points(source: &str, from: usize, to: usize) -> usize {
    source.get(from..to).map_or(0, |part| part.chars().count())
}

fn shown(found: &regex::Captures<'_>, index: usize) -> Bson {
    let captures = found.iter().skip(1).map(|part| part.map_or(Bson::Null, |part| part.as_str().into()));
    let captures: Vec<Bson> = captures.collect();
    doc! { "match": (found.get_match().as_str()), "idx": (index as i32), "captures": captures }.into()
}

/// `input`, `find` and `replacement`; nothing where one of them is null.
fn three<'a>(name: &str, values: &'a [Bson]) -> Result<Option<[&'a str; 3]>, CommandError> {
    const CODES: [(&str, i32); 3] = [("input", 51746), ("find", 51745), ("replacement", 51744)];
    let mut texts = [None; 3];
    for (at, (field, number)) in CODES.into_iter().enumerate() {
        texts[at] = match values.get(at) {
            Some(Bson::String(text)) => Some(text.as_str()),
            None => None,
            Some(value) if is_nullish(value) => None,
            Some(value) => {
                let kind = value.type_name();
                return Err(CommandError::new(number, format!("{name} needs '{field}' to be a string, found {kind}")));
            }
        };
    }
    let [Some(input), Some(find), Some(replacement)] = texts else { return Ok(None) };
    Ok(Some([input, find, replacement]))
}

/// `$replaceOne`
pub fn replace_one(values: &[Bson]) -> Outcome {
    let texts = three("$replaceOne", values)?;
    Ok(texts.map_or(Bson::Null, |[input, find, replacement]| input.replacen(find, replacement, 1).into()))
}

/// `$replaceAll`
pub fn replace_all(values: &[Bson]) -> Outcome {
    let Some([input, find, replacement]) = three("$replaceAll", values)? else { return Ok(Bson::Null) };
    let length = input.matches(find).count().saturating_mul(replacement.len()).saturating_add(input.len());
    if length > LARGEST {
        return Err(CommandError::new(code::BSON_OBJECT_TOO_LARGE, "$replaceAll would make too large a text"));
    }
    Ok(input.replace(find, replacement).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bson;

    #[test]
    fn places_are_counted_in_code_points() {
        let found = regex_find_all(&[bson!("é1ü22"), bson!("([0-9])(x)?")]).unwrap();
        let at = |index: i32, digit: &str| bson!({ "match": digit, "idx": index, "captures": [digit, null] });
        assert_eq!(found, Bson::Array(vec![at(1, "1"), at(3, "2"), at(4, "2")]));
        assert_eq!(regex_find(&[bson!("x"), bson!("y")]).unwrap(), Bson::Null);
    }

    #[test]
    fn options_are_given_in_one_place() {
        let regex = Bson::Regex { pattern: "A".into(), options: "i".into() };
        assert_eq!(regex_match(&[bson!("a"), regex.clone()]).unwrap(), bson!(true));
        assert_eq!(regex_match(&[bson!("a"), regex, bson!("i")]).unwrap_err().code, 51107);
        assert_eq!(regex_match(&[bson!(["a"]), bson!("a")]).unwrap_err().code, 51104);
        assert_eq!(regex_match(&[bson!("a"), bson!("[")]).unwrap_err().code, 51091);
        assert_eq!(regex_match(&[bson!("a"), bson!("a"), bson!("q")]).unwrap_err().code, 51108);
    }

    #[test]
    fn replacing_keeps_within_bounds() {
        let all = |input: &str, find: &str, with: &str| replace_all(&[input.into(), find.into(), with.into()]);
        assert_eq!(all("a.b.c", ".", "").unwrap(), bson!("abc"));
        assert_eq!(all(&"a".repeat(10_000), "a", &"b".repeat(10_000)).unwrap_err().code, 10334);
        assert_eq!(replace_one(&[bson!("aa"), bson!("a"), bson!("b")]).unwrap(), bson!("ba"));
        assert_eq!(replace_one(&[bson!(5), bson!("a"), bson!("b")]).unwrap_err().code, 51746);
    }
}
