//! `$text` and `$near`: they need an index, so they stand only where a query can look for it, and once each.

use super::leaf::Leaf;
use super::{Element, Matcher, Node, Path};
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::eval::geo::Near;
use crate::server::practice::eval::text::{Search, TextQuery};

/// Where in a filter something stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// All documents found must pass.
    Top,
    /// In a branch of `$or`.
    Branch,
    /// Under a negation or in an element of an array.
    Inside,
}

/// What of both was found in a filter.
#[derive(Default)]
struct Specials<'a> {
    texts: Vec<(Place, &'a Search)>,
    nears: Vec<(Place, &'a Path, &'a Near)>,
}

impl Matcher {
    /// The `$text` of a filter that [`Matcher::parse_query`] let pass.
    pub fn text(&self) -> Option<&Search> {
        self.specials().texts.first().map(|(_, search)| *search)
    }

    /// The `$near` of such a filter, with its path.
    pub fn near(&self) -> Option<(&Path, &Near)> {
        self.specials().nears.first().map(|(_, path, near)| (*path, *near))
    }

    /// The same filter with a `$text` that knows its index.
    pub fn over(&self, query: &TextQuery) -> Self {
        let mut bound = self.clone();
        bound.0.bind(query);
        bound
    }

    /// For a filter without an index behind it.
    ///
    /// # Errors
    /// 2 for a `$text`, 5626500 for a `$near`.
    pub(super) fn check_plain(&self) -> Result<(), CommandError> {
        let specials = self.specials();
        if !specials.texts.is_empty() {
            return Err(CommandError::new(code::BAD_VALUE, "$text is not allowed in this context"));
        }
        if !specials.nears.is_empty() {
            let text = "$geoNear, $near, and $nearSphere are not allowed in this context";
            return Err(CommandError::new(5_626_500, text));
        }
        Ok(())
    }

    /// For a filter of a query.
    ///
    /// # Errors
    /// 2 where either stands twice, beside the other one, or too deep.
    pub(super) fn check_query(&self) -> Result<(), CommandError> {
        let specials = self.specials();
        let text = match (specials.texts.as_slice(), specials.nears.as_slice()) {
            ([], []) => return Ok(()),
            ([_, _, ..], _) => "Too many text expressions",
            (_, [_, _, ..]) => "Too many geoNear expressions",
            ([_], [_]) => "text and geoNear not allowed in same query",
            ([(Place::Inside, _)], _) => "$text is not allowed under a negation or in an array",
            (_, [(Place::Branch | Place::Inside, ..)]) => "geoNear must be top-level expr",
            _ => return Ok(()),
        };
        Err(CommandError::new(code::BAD_VALUE, text))
    }

    fn specials(&self) -> Specials<'_> {
        let mut found = Specials::default();
        found.look(&self.0, Place::Top);
        found
    }
}

impl<'a> Specials<'a> {
    fn look(&mut self, node: &'a Node, place: Place) {
        match node {
            Node::And(nodes) => nodes.iter().for_each(|node| self.look(node, place)),
            Node::Or(nodes) => nodes.iter().for_each(|node| self.look(node, place.max(Place::Branch))),
            Node::Nor(nodes) => nodes.iter().for_each(|node| self.look(node, Place::Inside)),
            Node::Not(node) => self.look(node, Place::Inside),
            Node::Text(search, _) => self.texts.push((place, search)),
            Node::At(path, leaf) => self.look_at(path, leaf, place),
            Node::Constant(_) | Node::Expression(_) => {}
        }
    }

    fn look_at(&mut self, path: &'a Path, leaf: &'a Leaf, place: Place) {
        match leaf {
            Leaf::Near(near) => self.nears.push((place, path, near)),
            Leaf::All(leaves) => leaves.iter().for_each(|leaf| self.look_at(path, leaf, Place::Inside)),
            Leaf::ElementMatches(element) => match &**element {
                Element::Document(node) => self.look(node, Place::Inside),
                Element::Value(leaves) => {
                    leaves.iter().for_each(|(_, leaf)| self.look_at(path, leaf, Place::Inside));
                }
            },
            _ => {}
        }
    }
}

impl Node {
    fn bind(&mut self, query: &TextQuery) {
        match self {
            Self::And(nodes) | Self::Or(nodes) => nodes.iter_mut().for_each(|node| node.bind(query)),
            Self::Text(_, bound) => *bound = Some(Box::new(query.clone())),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc;

    #[test]
    fn they_stand_once_and_at_the_top() {
        let text = || doc! { "$text": { "$search": "x" } };
        let near = || doc! { "a": { "$near": [0, 0] } };
        for right in [text(), near(), doc! { "$and": [(text())] }, doc! { "$or": [(text()), { "a": 1 }] }] {
            assert!(Matcher::parse_query(&right).is_ok(), "{right:?}");
        }
        for wrong in [
            doc! { "$and": [(text()), (text())] },
            doc! { "$and": [(near()), (near())] },
            doc! { "$and": [(near()), (text())] },
            doc! { "$nor": [(text())] },
            doc! { "$or": [(near())] },
            doc! { "a": { "$not": { "$near": [0, 0] } } },
            doc! { "a": { "$elemMatch": { "$near": [0, 0] } } },
            doc! { "a": { "$elemMatch": { "b": { "$near": [0, 0] } } } },
        ] {
            assert_eq!(Matcher::parse_query(&wrong).unwrap_err().code, 2, "{wrong:?}");
        }
    }

    #[test]
    fn other_filters_have_neither() {
        assert_eq!(Matcher::parse(&doc! { "$text": { "$search": "x" } }).unwrap_err().code, 2);
        assert_eq!(Matcher::parse(&doc! { "a": { "$near": [0, 0] } }).unwrap_err().code, 5_626_500);
    }
}
