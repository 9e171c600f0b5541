//! What a view's definition may be: stages that exist, and no way back to the view itself.

use super::{Call, sources};
use crate::server::practice::catalog::{Entry, View};
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::query::Pipeline;
use crate::wire::bson::{Bson, Document};
use std::collections::BTreeSet;

/// Pipelines inside pipelines that are looked through.
const MOST_DEPTH: usize = 20;

/// Refuses a definition that could never be read.
///
/// # Errors
/// 5 for a circle, 40324 for unknown stages, and those of the stages.
pub fn check(call: &Call<'_>, name: &str, view: &View) -> Result<(), CommandError> {
    Pipeline::parse(sources::without_first(&view.pipeline), None)?;
    let mut known = BTreeSet::new();
    let mut open = names_in(view);
    while let Some(next) = open.pop() {
        if next == name {
            return Err(CommandError::new(code::GRAPH_CONTAINS_CYCLE, format!("View cycle detected: {name}")));
        }
        if let Some(Entry::View(below)) = call.server.catalog.get(call.database, &next)
            && known.insert(next)
        {
            open.extend(names_in(&below));
        }
    }
    Ok(())
}

/// Everything that a view reads.
fn names_in(view: &View) -> Vec<String> {
    let mut names = vec![view.on.clone()];
    in_stages(&view.pipeline, 0, &mut names);
    names
}

fn in_stages(stages: &[Bson], depth: usize, names: &mut Vec<String>) {
    if depth > MOST_DEPTH {
        return;
    }
    for (stage, argument) in stages.iter().filter_map(Bson::as_document).filter_map(Document::first) {
        match (stage, argument) {
            ("$unionWith", Bson::String(name)) => names.push(name.clone()),
            ("$lookup" | "$graphLookup" | "$unionWith", Bson::Document(options)) => {
                let read = ["from", "coll"].iter().filter_map(|field| options.get_str(field));
                names.extend(read.map(str::to_owned));
                in_stages(options.get_array("pipeline").unwrap_or_default(), depth + 1, names);
            }
            ("$facet", Bson::Document(facets)) => {
                let pipelines = facets.iter().filter_map(|(_, stages)| stages.as_array());
                pipelines.for_each(|stages| in_stages(stages, depth + 1, names));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::doc;
    use crate::server::practice::trial::Trial;
    use crate::wire::bson::{Bson, Document};

    fn create(name: &str, on: &str, pipeline: Vec<Document>) -> Document {
        doc! { "create": name, "viewOn": on, "pipeline": (Bson::Array(pipeline.into_iter().map(Bson::from).collect())) }
    }

    #[test]
    fn a_view_does_not_read_itself() {
        let mut trial = Trial::new();
        trial.ok(create("a", "c", vec![]));
        trial.ok(create("b", "a", vec![]));
        assert_eq!(trial.code(create("d", "d", vec![])), 5);
        assert_eq!(trial.code(doc! { "collMod": "a", "viewOn": "b", "pipeline": [] }), 5);
        let lookup = doc! { "$lookup": { "from": "b", "as": "x", "pipeline": [] } };
        let facet = doc! { "$facet": { "x": [{ "$unionWith": "b" }] } };
        for stage in [lookup, facet] {
            assert_eq!(trial.code(doc! { "collMod": "a", "viewOn": "c", "pipeline": [stage] }), 5);
        }
        trial.ok(doc! { "collMod": "b", "viewOn": "c", "pipeline": [] });
        trial.ok(doc! { "collMod": "a", "viewOn": "b", "pipeline": [] });
    }

    #[test]
    fn stages_are_known_before_they_are_read() {
        let mut trial = Trial::new();
        assert_eq!(trial.code(create("v", "c", vec![doc! { "$noStage": 1 }])), 40324);
        trial.ok(create("v", "c", vec![doc! { "$indexStats": {} }]));
        assert_eq!(trial.code(doc! { "collMod": "v", "viewOn": "c", "pipeline": [{ "$noStage": 1 }] }), 40324);
    }
}
