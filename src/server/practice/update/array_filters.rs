//! `arrayFilters`: which elements `$[name]` stands for.

use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::query::Matcher;
use crate::server::practice::render;
use crate::wire::bson::{Bson, Document};
use std::collections::BTreeMap;

/// Conditions by name.
#[derive(Clone, Debug, Default)]
pub struct ArrayFilters(BTreeMap<String, Matcher>);

impl ArrayFilters {
    /// Reads the array of filters.
    ///
    /// # Errors
    /// 9 for a filter that names no element, two of them, or one twice; 2 for a name that cannot be.
    pub fn parse(filters: &[Bson]) -> Result<Self, CommandError> {
        let mut found = BTreeMap::new();
        for filter in filters {
            let Some(filter) = filter.as_document() else {
                let text = format!(
                    "BSON field 'update.updates.arrayFilters.0' is the wrong type '{}', expected type 'object'",
                    filter.type_name()
                );
                return Err(CommandError::new(code::TYPE_MISMATCH, text));
            };
            let name = only_name(filter)?;
            let matcher = Matcher::parse(filter).map_err(|error| error.context("Error parsing array filter"))?;
            if found.insert(name.clone(), matcher).is_some() {
                let text = format!("Found multiple array filters with the same top-level field name {name}");
                return Err(CommandError::new(code::FAILED_TO_PARSE, text));
            }
        }
        Ok(Self(found))
    }

    /// True where the filter of that name lets the element pass.
    pub fn matches(&self, name: &str, element: &Bson) -> bool {
        let document = [(name.to_owned(), element.clone())].into_iter().collect();
        self.0.get(name).is_some_and(|matcher| matcher.matches(&document))
    }

    /// Refuses names without a filter and filters without use.
    ///
    /// # Errors
    /// 2 and 9
    pub fn check(&self, used: &[(&str, &str)], update: &Document) -> Result<(), CommandError> {
        if let Some((name, path)) = used.iter().find(|(name, _)| !self.0.contains_key(*name)) {
            let text = format!("No array filter found for identifier '{name}' in path '{path}'");
            return Err(CommandError::new(code::BAD_VALUE, text));
        }
        match self.0.keys().find(|name| !used.iter().any(|(other, _)| other == name)) {
            Some(name) => {
                let update = render::document(update);
                let text = format!("The array filter for identifier '{name}' was not used in the update {update}");
                Err(CommandError::new(code::FAILED_TO_PARSE, text))
            }
            None => Ok(()),
        }
    }
}

fn only_name(filter: &Document) -> Result<String, CommandError> {
    let mut names = Vec::new();
    collect(filter, &mut names, 0);
    names.dedup();
    let Some(name) = names.first() else {
        let text = "Cannot use an expression without a top-level field name in arrayFilters";
        return Err(CommandError::new(code::FAILED_TO_PARSE, text));
    };
    if let Some(other) = names.iter().find(|other| *other != name) {
        let text = format!(
            "Error parsing array filter :: caused by :: Expected a single top-level field name, found '{name}' and '{other}'"
        );
        return Err(CommandError::new(code::FAILED_TO_PARSE, text));
    }
    let valid = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !valid {
        let text = format!(
            "Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '{name}'"
        );
        return Err(CommandError::new(code::BAD_VALUE, text));
    }
    Ok((*name).to_owned())
}

fn collect<'a>(filter: &'a Document, names: &mut Vec<&'a str>, depth: usize) {
    for (key, value) in filter.iter() {
        match value {
            Bson::Array(clauses) if key.starts_with('$') && depth < 20 => {
                clauses.iter().filter_map(Bson::as_document).for_each(|clause| collect(clause, names, depth + 1));
            }
            _ if key.starts_with('$') => {}
            _ => names.push(key.split('.').next().unwrap_or(key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bson, doc};

    #[test]
    fn a_filter_names_exactly_one_element() {
        let code = |filters: Vec<Bson>| ArrayFilters::parse(&filters).unwrap_err().code;
        assert_eq!(code(vec![bson!({})]), 9);
        assert_eq!(code(vec![bson!({ "a": 1, "b": 2 })]), 9);
        assert_eq!(code(vec![bson!({ "a": 1 }), bson!({ "a": 2 })]), 9);
        assert_eq!(code(vec![bson!({ "A": 1 })]), 2);
        assert_eq!(code(vec![bson!(1)]), 14);
    }

    #[test]
    fn filters_are_used_and_uses_have_filters() {
        let filters = ArrayFilters::parse(&[bson!({ "x": 1 })]).unwrap();
        assert!(filters.matches("x", &bson!(1)) && !filters.matches("x", &bson!(2)));
        assert_eq!(filters.check(&[], &doc! {}).unwrap_err().code, 9);
        assert_eq!(filters.check(&[("x", "a.$[x]"), ("y", "a.$[y]")], &doc! {}).unwrap_err().code, 2);
    }
}
