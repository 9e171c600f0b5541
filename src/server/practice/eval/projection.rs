//! Which fields of a document a client gets.

use super::matcher::Matcher;
use super::meta::{Meta, MetaField};
use super::path;
use crate::doc;
use crate::server::practice::errors::CommandError;
use crate::wire::bson::{Bson, Document};

/// A parsed projection.
#[derive(Clone, Debug)]
pub struct Projection {
    root: Branch,
    including: bool,
    id: bool,
    /// The array whose matched element is wanted, from `a.$`.
    positional: Option<String>,
    /// Fields that hold what the query knows of a document.
    metas: Vec<(Vec<String>, MetaField)>,
}

#[derive(Clone, Debug, Default)]
struct Branch(Vec<(String, Choice)>);

#[derive(Clone, Debug)]
enum Choice {
    Whole,
    Below(Branch),
    Slice(i64, Option<i64>),
    ElementMatches(Matcher),
    Literal(Bson),
}

impl Projection {
    /// Reads `{a: 1, "b.c": 1, d: {$slice: 2}}`.
    ///
    /// # Errors
    /// Inclusions and exclusions mixed (31253, 31254), unknown operators (31325), wrong arguments.
    pub fn parse(fields: &Document) -> Result<Self, CommandError> {
        let mut projection =
            Self { root: Branch::default(), including: false, id: true, positional: None, metas: Vec::new() };
        let mut mode = None;
        for (name, value) in fields.iter() {
            if name.is_empty() || name.split('.').any(str::is_empty) {
                return Err(CommandError::new(40353, "FieldPath must not contain empty field names"));
            }
            projection.field(name, value, &mut mode)?;
        }
        projection.including = mode.unwrap_or(!projection.root.0.is_empty() && projection.root.computes());
        if fields.get("_id").and_then(Bson::as_flag) == Some(true) && projection.root.0.is_empty() {
            projection.including = true;
        }
        Ok(projection)
    }

    fn field(&mut self, name: &str, value: &Bson, mode: &mut Option<bool>) -> Result<(), CommandError> {
        if let Some(array) = name.strip_suffix(".$") {
            self.positional = Some(array.to_owned());
            self.root.insert(array, Choice::Whole)?;
            return agree(mode, true, name);
        }
        if name.split('.').any(|part| part.starts_with('$')) {
            return Err(CommandError::new(16410, format!("FieldPath field names may not start with '$': {name}")));
        }
        if let Some(argument) = value.as_document().and_then(|operator| operator.get("$meta")) {
            let field = MetaField::parse(argument)?;
            self.metas.push((name.split('.').map(str::to_owned).collect(), field));
            return Ok(());
        }
        let choice = match value {
            Bson::Document(operator) => operator_choice(operator, mode, name)?,
            Bson::Boolean(_) | Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => {
                let wanted = value.as_flag().unwrap_or(true);
                if name == "_id" {
                    self.id = wanted;
                    return Ok(());
                }
                agree(mode, wanted, name)?;
                Choice::Whole
            }
            literal => {
                agree(mode, true, name)?;
                Choice::Literal(literal.clone())
            }
        };
        self.root.insert(name, choice)
    }

    /// The fields that are wanted.
    ///
    /// # Errors
    /// None today; computed fields will have some.
    pub fn apply(&self, document: &Document) -> Result<Document, CommandError> {
        let mut shown = if self.including { self.root.include(document) } else { self.root.exclude(document) };
        if self.including
            && self.id
            && !shown.contains("_id")
            && let Some(id) = document.get("_id")
        {
            shown.fields_mut().insert(0, ("_id".into(), id.clone()));
        }
        if !self.id {
            shown.remove("_id");
        }
        Ok(shown)
    }

    /// True where it shows that figure.
    pub fn needs(&self, field: MetaField) -> bool {
        self.metas.iter().any(|(_, known)| *known == field)
    }

    /// The same, with the element at `position` alone where `a.$` asks for it, and with what the query knows.
    ///
    /// # Errors
    /// As [`Projection::apply`].
    pub fn apply_at(
        &self,
        document: &Document,
        position: Option<usize>,
        meta: &Meta,
    ) -> Result<Document, CommandError> {
        let mut shown = self.apply(document)?;
        for (name, field) in &self.metas {
            path::set(&mut shown, name, &field.of(meta));
        }
        if let (Some(array), Some(at)) = (&self.positional, position)
            && let Some(Bson::Array(items)) = shown.get_mut(array)
            && at < items.len()
        {
            *items = vec![items.swap_remove(at)];
        }
        Ok(shown)
    }
}

fn agree(mode: &mut Option<bool>, including: bool, name: &str) -> Result<(), CommandError> {
    match *mode {
        Some(known) if known != including && including => {
            Err(CommandError::new(31253, format!("Cannot do inclusion on field {name} in exclusion projection")))
        }
        Some(known) if known != including => {
            Err(CommandError::new(31254, format!("Cannot do exclusion on field {name} in inclusion projection")))
        }
        _ => {
            *mode = Some(including);
            Ok(())
        }
    }
}

fn operator_choice(operator: &Document, mode: &mut Option<bool>, name: &str) -> Result<Choice, CommandError> {
    let Some((key, argument)) = operator.first() else {
        return Err(CommandError::new(51270, "An empty sub-projection is not a valid value."));
    };
    match key {
        "$slice" => slice(argument),
        "$elemMatch" => {
            let condition = argument.as_document();
            let condition =
                condition.ok_or_else(|| CommandError::new(31274, "elemMatch: Invalid argument, object required"))?;
            agree(mode, true, name)?;
            Matcher::parse(&doc! { "x": { "$elemMatch": (condition.clone()) } }).map(Choice::ElementMatches)
        }
        "$literal" => {
            agree(mode, true, name)?;
            Ok(Choice::Literal(argument.clone()))
        }
        key if key.starts_with('$') => Err(CommandError::new(31325, format!("Unknown expression {key}"))),
        _ => {
            agree(mode, true, name)?;
            let mut below = Branch::default();
            for (key, value) in operator.iter() {
                if value.as_flag().is_none() {
                    return Err(CommandError::new(31308, "unsupported value in a sub-projection"));
                }
                below.insert(key, Choice::Whole)?;
            }
            Ok(Choice::Below(below))
        }
    }
}

fn slice(argument: &Bson) -> Result<Choice, CommandError> {
    let wrong =
        || CommandError::new(28667, "Invalid $slice syntax. The given syntax must be a number or a pair of numbers");
    match argument {
        Bson::Array(pair) => match pair.as_slice() {
            [skip, limit] => {
                let limit = limit.as_i64().filter(|limit| *limit > 0).ok_or_else(wrong)?;
                Ok(Choice::Slice(skip.as_i64().ok_or_else(wrong)?, Some(limit)))
            }
            _ => Err(wrong()),
        },
        number => number.as_i64().map(|count| Choice::Slice(count, None)).ok_or_else(wrong),
    }
}

/// Part of an array: the first or last `count`, or `limit` from `count` on, counted from the end if negative.
fn cut(items: &[Bson], count: i64, limit: Option<i64>) -> Vec<Bson> {
    let length = items.len() as i64;
    let from_end = |count: i64| length.saturating_add(count).max(0);
    let (start, end) = match limit {
        None if count >= 0 => (0, count),
        None => (from_end(count), length),
        Some(limit) => {
            let start = if count < 0 { from_end(count) } else { count };
            (start, start.saturating_add(limit))
        }
    };
    items[start.min(length) as usize..end.clamp(start.min(length), length) as usize].to_vec()
}

impl Branch {
    fn computes(&self) -> bool {
        self.0.iter().any(|(_, choice)| matches!(choice, Choice::ElementMatches(_) | Choice::Literal(_)))
    }

    fn insert(&mut self, path: &str, choice: Choice) -> Result<(), CommandError> {
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let collision = || CommandError::new(31249, format!("Path collision at {path}"));
        let known = self.0.iter_mut().find(|(known, _)| known == name).map(|(_, choice)| choice);
        match (known, rest) {
            (None, None) => self.0.push((name.to_owned(), choice)),
            (None, Some(rest)) => {
                let mut below = Self::default();
                below.insert(rest, choice)?;
                self.0.push((name.to_owned(), Choice::Below(below)));
            }
            (Some(Choice::Below(below)), Some(rest)) => below.insert(rest, choice)?,
            (Some(_), _) => return Err(collision()),
        }
        Ok(())
    }

    fn choice(&self, name: &str) -> Option<&Choice> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, choice)| choice)
    }

    fn include(&self, document: &Document) -> Document {
        let mut shown = Document::new();
        for (name, value) in document.iter() {
            if let Some(value) = self.choice(name).and_then(|choice| choice.show(name, value, true)) {
                shown.push(name, value);
            }
        }
        for (name, choice) in &self.0 {
            if let Choice::Literal(value) = choice {
                shown.set(name, value.clone());
            }
        }
        shown
    }

    fn exclude(&self, document: &Document) -> Document {
        let kept = document.iter().filter_map(|(name, value)| match self.choice(name) {
            None => Some((name.to_owned(), value.clone())),
            Some(choice) => choice.show(name, value, false).map(|value| (name.to_owned(), value)),
        });
        kept.collect()
    }

    fn of_value(&self, value: &Bson, including: bool) -> Option<Bson> {
        match value {
            Bson::Document(inner) if including => Some(self.include(inner).into()),
            Bson::Document(inner) => Some(self.exclude(inner).into()),
            Bson::Array(items) => {
                Some(Bson::Array(items.iter().filter_map(|item| self.of_value(item, including)).collect()))
            }
            other => (!including).then(|| other.clone()),
        }
    }
}

impl Choice {
    fn show(&self, _name: &str, value: &Bson, including: bool) -> Option<Bson> {
        match (self, value) {
            (Self::Whole, value) => including.then(|| value.clone()),
            (Self::Below(branch), value) => branch.of_value(value, including),
            (Self::Slice(count, limit), Bson::Array(items)) => Some(Bson::Array(cut(items, *count, *limit))),
            (Self::Slice(..), value) => Some(value.clone()),
            (Self::ElementMatches(matcher), Bson::Array(items)) => {
                let at = matcher.position(&doc! { "x": (items.clone()) })?;
                Some(Bson::Array(vec![items[at].clone()]))
            }
            (Self::ElementMatches(_), _) => None,
            (Self::Literal(value), _) => Some(value.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(fields: Document, document: Document) -> Document {
        Projection::parse(&fields).unwrap().apply(&document).unwrap()
    }

    #[test]
    fn fields_are_included_with_the_id_unless_it_is_refused() {
        let document = doc! { "_id": 1, "a": 2, "b": { "c": 3, "d": 4 } };
        assert_eq!(shown(doc! { "a": 1 }, document.clone()), doc! { "_id": 1, "a": 2 });
        assert_eq!(shown(doc! { "b.c": 1, "_id": 0 }, document.clone()), doc! { "b": { "c": 3 } });
        assert_eq!(shown(doc! { "b.c": 0 }, document), doc! { "_id": 1, "a": 2, "b": { "d": 4 } });
    }

    #[test]
    fn slices_keep_the_other_fields() {
        let document = doc! { "_id": 1, "l": [1, 2, 3, 4], "x": 5 };
        assert_eq!(shown(doc! { "l": { "$slice": (-2) } }, document.clone()), doc! { "_id": 1, "l": [3, 4], "x": 5 });
        assert_eq!(shown(doc! { "l": { "$slice": [1, 2] } }, document.clone()).get_array("l").unwrap().len(), 2);
        let extreme = shown(doc! { "l": { "$slice": [(i64::MIN), (i64::MAX)] } }, document);
        assert_eq!(extreme.get_array("l").unwrap().len(), 4);
    }

    #[test]
    fn a_figure_is_shown_beside_all_fields_or_those_that_are_included() {
        let meta = Meta { text_score: Some(1.5), ..Meta::default() };
        let document = doc! { "_id": 1, "a": 2 };
        let shown = |fields: Document| Projection::parse(&fields).unwrap().apply_at(&document, None, &meta).unwrap();
        assert_eq!(shown(doc! { "s": { "$meta": "textScore" } }), doc! { "_id": 1, "a": 2, "s": 1.5 });
        assert_eq!(shown(doc! { "_id": 1, "s": { "$meta": "textScore" } }), doc! { "_id": 1, "s": 1.5 });
        assert_eq!(shown(doc! { "s": { "$meta": "recordId" } }), document);
    }

    #[test]
    fn inclusion_and_exclusion_do_not_mix() {
        assert_eq!(Projection::parse(&doc! { "a": 1, "b": 0 }).unwrap_err().code, 31254);
        assert_eq!(Projection::parse(&doc! { "a": 0, "b": 1 }).unwrap_err().code, 31253);
        assert_eq!(Projection::parse(&doc! { "a": { "$unknown": 1 } }).unwrap_err().code, 31325);
        assert_eq!(Projection::parse(&doc! { "a": 1, "a.b": 1 }).unwrap_err().code, 31249);
    }
}
