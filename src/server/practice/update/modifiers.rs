//! An update of operators: parsed once, applied to each document.

use super::array_filters::ArrayFilters;
use super::path::{self, Part, Path};
use super::{Action, Change, Circumstances, Target, operators};
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::render;
use crate::wire::bson::{Bson, Document};

/// Operators by path, in the order in which they are applied.
#[derive(Debug)]
pub struct Modifiers {
    list: Vec<Modifier>,
    filters: ArrayFilters,
}

#[derive(Debug)]
struct Modifier {
    path: Path,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// One field changes by what it was.
    Field(Box<dyn Action>),
    /// The field at this path moves to the modifier's.
    RenamedFrom(Path),
    /// The source of a rename; the target does the work.
    Renamed,
}

impl Modifiers {
    /// Reads `{$set: {...}, $inc: {...}}`.
    ///
    /// # Errors
    /// 9 for an unknown operator or one without paths, 40 where two meet, and what each operator says of its argument.
    pub fn parse(update: &Document, filters: ArrayFilters) -> Result<Self, CommandError> {
        let mut list = Vec::new();
        for (name, fields) in update.iter() {
            let parse = operators::find(name);
            if parse.is_none() && name != "$rename" {
                let text = format!(
                    "Unknown modifier: {name}. Expected a valid update modifier or pipeline-style update specified as an array"
                );
                return Err(CommandError::new(code::FAILED_TO_PARSE, text));
            }
            let Some(fields) = fields.as_document() else {
                let kind = fields.type_name();
                let text = format!(
                    "Modifiers operate on fields but we found type {kind} instead. For example: {{$mod: {{<field>: ...}}}} not {{{name}: {}}}",
                    render::value(fields)
                );
                return Err(CommandError::new(code::FAILED_TO_PARSE, text));
            };
            for (text, argument) in fields.iter() {
                match parse {
                    Some(parse) => {
                        let kind = Kind::Field(parse(text, argument)?);
                        list.push(Modifier { path: Path::parse(text)?, kind });
                    }
                    None => list.extend(rename(text, argument)?),
                }
            }
        }
        list.sort_by(|a, b| a.path.compare(&b.path));
        check_conflicts(&list)?;
        check_filters(&list, &filters, update)?;
        Ok(Self { list, filters })
    }

    /// The document after all of them.
    ///
    /// # Errors
    /// What the first operator that fails says.
    pub fn apply(&self, old: &Document, circumstances: Circumstances) -> Result<Document, CommandError> {
        let mut new = old.clone();
        for modifier in &self.list {
            match &modifier.kind {
                Kind::Field(action) => {
                    for path in modifier.path.spread(&new, circumstances.position, &self.filters)? {
                        apply_at(action.as_ref(), &mut new, &path, old, circumstances)?;
                    }
                }
                Kind::RenamedFrom(source) => move_field(&mut new, source, &modifier.path, old)?,
                Kind::Renamed => {}
            }
        }
        Ok(new)
    }
}

fn apply_at(
    action: &dyn Action,
    document: &mut Document,
    path: &[String],
    old: &Document,
    circumstances: Circumstances,
) -> Result<(), CommandError> {
    let text = path.join(".");
    let target = Target { path: &text, document: old, inserting: circumstances.inserting };
    match action.apply(path::get(document, path), &target)? {
        Change::Keep => Ok(()),
        Change::Set(value) => path::set(document, path, value),
        Change::Remove => {
            path::remove(document, path);
            Ok(())
        }
    }
}

fn rename(source: &str, argument: &Bson) -> Result<[Modifier; 2], CommandError> {
    let wrong = |text: String| Err(CommandError::new(code::BAD_VALUE, text));
    let Bson::String(target) = argument else {
        return wrong(format!("The 'to' field for $rename must be a string: {source}: {}", render::value(argument)));
    };
    if source == target {
        return wrong(format!("The source and target field for $rename must differ: {source}: \"{target}\""));
    }
    let (from, to) = (Path::parse(source)?, Path::parse(target)?);
    let dynamic = |path: &Path| path.parts.iter().any(|part| !matches!(part, Part::Field(_)));
    if dynamic(&from) {
        return wrong(format!("The source field for $rename may not be dynamic: {source}"));
    }
    if dynamic(&to) {
        return wrong(format!("The destination field for $rename may not be dynamic: {target}"));
    }
    if from.conflicts(&to) {
        return wrong(format!(
            "The source and target field for $rename must not be on the same path: {source}: \"{target}\""
        ));
    }
    let moved = Modifier { path: to, kind: Kind::RenamedFrom(from.clone()) };
    Ok([Modifier { path: from, kind: Kind::Renamed }, moved])
}

fn move_field(document: &mut Document, source: &Path, target: &Path, old: &Document) -> Result<(), CommandError> {
    let names = |path: &Path| path.text.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (from, to) = (names(source), names(target));
    let Some(value) = path::get(document, &from).cloned() else { return Ok(()) };
    for (which, path, text) in [("source", &from, &source.text), ("destination", &to, &target.text)] {
        if path::through_array(document, path) {
            let id = render::value(old.get("_id").unwrap_or(&Bson::Null));
            let text = format!(
                "The {which} field cannot be an array element, '{text}' in doc with _id: {id} has an array field"
            );
            return Err(CommandError::new(code::BAD_VALUE, text));
        }
    }
    path::remove(document, &from);
    path::set(document, &to, value)
}

/// In sorted order a path that leads through another one's field follows it at once.
fn check_conflicts(sorted: &[Modifier]) -> Result<(), CommandError> {
    match sorted.windows(2).find(|pair| pair[0].path.conflicts(&pair[1].path)) {
        Some(pair) => {
            let (shorter, longer) = (&pair[0].path.text, &pair[1].path.text);
            let text = format!("Updating the path '{longer}' would create a conflict at '{shorter}'");
            Err(CommandError::new(code::CONFLICTING_UPDATE_OPERATORS, text))
        }
        None => Ok(()),
    }
}

fn check_filters(list: &[Modifier], filters: &ArrayFilters, update: &Document) -> Result<(), CommandError> {
    let used = list.iter().flat_map(|modifier| {
        modifier.path.parts.iter().filter_map(|part| match part {
            Part::Filtered(name) => Some((name.as_str(), modifier.path.text.as_str())),
            _ => None,
        })
    });
    filters.check(&used.collect::<Vec<_>>(), update)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bson, doc};

    fn updated(old: Document, update: Document) -> Result<Document, i32> {
        let filters = ArrayFilters::parse(&[]).unwrap();
        let modifiers = Modifiers::parse(&update, filters).map_err(|error| error.code)?;
        modifiers.apply(&old, Circumstances::default()).map_err(|error| error.code)
    }

    #[test]
    fn paths_that_meet_are_refused() {
        assert_eq!(updated(doc! {}, doc! { "$set": { "a": 1 }, "$inc": { "a": 1 } }), Err(40));
        assert_eq!(updated(doc! {}, doc! { "$set": { "a.b": 1, "a": 1 } }), Err(40));
        assert_eq!(updated(doc! {}, doc! { "$set": { "a.b": 1, "a.c": 1 } }), Ok(doc! { "a": { "b": 1, "c": 1 } }));
        assert_eq!(updated(doc! {}, doc! { "$rename": { "a": "b" }, "$set": { "b": 1 } }), Err(40));
    }

    #[test]
    fn unknown_operators_and_wrong_shapes_are_refused() {
        assert_eq!(updated(doc! {}, doc! { "$what": { "a": 1 } }), Err(9));
        assert_eq!(updated(doc! {}, doc! { "$set": 1 }), Err(9));
        assert_eq!(updated(doc! {}, doc! { "$set": { "a.$[x]": 1 } }), Err(2));
    }

    #[test]
    fn new_fields_come_in_the_order_of_their_paths() {
        let new = updated(doc! { "_id": 1 }, doc! { "$set": { "c": 1, "a": 2 }, "$inc": { "b": 3 } });
        assert_eq!(new, Ok(doc! { "_id": 1, "a": 2, "b": 3, "c": 1 }));
    }

    #[test]
    fn renaming_moves_a_value() {
        let old = doc! { "a": 1, "b": { "c": 2 }, "d": [{ "e": 1 }] };
        assert_eq!(
            updated(old.clone(), doc! { "$rename": { "a": "b.x", "missing": "y" } }),
            Ok(doc! { "b": { "c": 2, "x": 1 }, "d": [{ "e": 1 }] })
        );
        assert_eq!(updated(old.clone(), doc! { "$rename": { "d.0.e": "f" } }), Err(2));
        assert_eq!(updated(old.clone(), doc! { "$rename": { "b": "b.c" } }), Err(2));
        assert_eq!(updated(old, doc! { "$rename": { "a": (bson!(1)) } }), Err(2));
    }
}
