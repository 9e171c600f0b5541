//! Queries with a `$text` or a `$near`: the index that they need, and what they know of each document.

use super::bounds::{Interval, intervals};
use super::plan::{Plan, Wishes, choose, hinted};
use super::{Matcher, Request};
use crate::server::practice::collection::State;
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::eval::Meta;
use crate::server::practice::eval::geo::Near;
use crate::server::practice::eval::path::Path;
use crate::server::practice::eval::text::TextQuery;
use crate::server::practice::index::Index;
use crate::wire::bson::{Bson, Document};
use std::borrow::Cow;
use std::sync::Arc;

/// Chooses a plan for a whole request.
///
/// # Errors
/// 27 for a `$text` without an index, 291 for a `$near` without one, and those of [`choose`].
pub fn plan(state: &State, request: &Request<'_>) -> Result<Plan, CommandError> {
    if request.matcher.text().is_some() {
        let index = text_index(state)?;
        check_wishes(state, request.wishes, "text")?;
        check_prefix(index, request.filter)?;
        return Ok(Plan::Text(index.spec.name.clone()));
    }
    if let Some((path, near)) = request.matcher.near() {
        check_wishes(state, request.wishes, "geoNear")?;
        return Ok(Plan::Near(near_index(state, path, near)?.spec.name.clone()));
    }
    choose(state, request.filter, request.wishes)
}

/// Refuses a `$text` where there is not even a collection.
///
/// # Errors
/// 27
pub fn without_collection(matcher: &Matcher) -> Result<(), CommandError> {
    if matcher.text().is_some() { Err(no_text_index()) } else { Ok(()) }
}

fn no_text_index() -> CommandError {
    CommandError::new(code::INDEX_NOT_FOUND, "text index required for $text query")
}

fn text_index(state: &State) -> Result<&Index, CommandError> {
    let index = state.indexes.iter().find(|index| index.spec.special.text.is_some() && !index.hidden);
    index.ok_or_else(no_text_index)
}

fn near_index<'a>(state: &'a State, path: &Path, near: &Near) -> Result<&'a Index, CommandError> {
    let serves = |index: &&Index| {
        let mut places = index.spec.special.places();
        !index.hidden && places.any(|(known, kind)| Path::new(known) == *path && near.index_kinds().contains(&kind))
    };
    let text = "error processing query: unable to find index for $geoNear query";
    state.indexes.iter().find(serves).ok_or_else(|| CommandError::new(291, text))
}

fn check_wishes(state: &State, wishes: Wishes<'_>, what: &str) -> Result<(), CommandError> {
    let natural = |order: Option<&Document>| order.is_some_and(|order| order.contains("$natural"));
    if natural(wishes.sort) || natural(wishes.hint.and_then(Bson::as_document)) {
        return Err(CommandError::new(code::BAD_VALUE, format!("{what} expression not allowed with $natural")));
    }
    match wishes.hint {
        Some(_) if what == "text" => Err(CommandError::new(code::BAD_VALUE, "text expression not allowed with a hint")),
        Some(hint) => hinted(state, hint).map(|_| ()),
        None => Ok(()),
    }
}

/// A compound text index serves only who says which part of it.
fn check_prefix(index: &Index, filter: &Document) -> Result<(), CommandError> {
    let known = |path: &String| {
        intervals(filter, path, true).is_some_and(|found| !found.is_empty() && found.iter().all(Interval::is_point))
    };
    if index.spec.special.prefix.iter().all(known) {
        return Ok(());
    }
    let text = "error processing query: failed to use text index to satisfy $text query: a compound text index needs \
                equality predicates for all its prefix fields";
    Err(CommandError::new(291, text))
}

/// The filter that a plan runs, and what it finds out on the way.
pub struct Asked<'a> {
    /// Knows the index of its `$text`.
    pub matcher: Cow<'a, Matcher>,
    /// What a partial index holds.
    partial: Option<&'a Matcher>,
    text: Option<TextQuery>,
    near: Option<(&'a Path, &'a Near)>,
}

impl<'a> Asked<'a> {
    /// What a request asks under a plan.
    pub fn of(state: &'a State, request: &'a Request<'_>, plan: &Plan) -> Self {
        let plain = Self { matcher: Cow::Borrowed(&request.matcher), partial: None, text: None, near: None };
        let (Plan::Text(name) | Plan::Near(name)) = plan else { return plain };
        let Some(index) = state.indexes.iter().find(|index| index.spec.name == *name) else { return plain };
        let partial = index.spec.partial.as_ref();
        match (request.matcher.text(), &index.spec.special.text) {
            (Some(search), Some(indexed)) => {
                let query = search.over(indexed);
                Self { matcher: Cow::Owned(request.matcher.over(&query)), partial, text: Some(query), near: None }
            }
            _ => Self { partial, near: request.matcher.near(), ..plain },
        }
    }

    /// True if the document is a match.
    pub fn matches(&self, document: &Document) -> bool {
        self.partial.is_none_or(|partial| partial.matches(document)) && self.matcher.matches(document)
    }

    /// What is known of a match; `None` for most queries.
    pub fn meta(&self, document: &Document) -> Option<Meta> {
        if let Some(text) = &self.text {
            // A branch of `$or` that has no word of the search is a match of no score.
            let score = text.score(document).unwrap_or(0.0);
            return Some(Meta { text_score: Some(score), ..Meta::default() });
        }
        let (path, near) = self.near?;
        let (distance, place) = near.nearest(&path.values(document))?;
        Some(Meta { distance: Some(distance), place: Some(Arc::new(place.clone())), text_score: None })
    }
}
