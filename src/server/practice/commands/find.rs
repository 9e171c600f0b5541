//! find, count, distinct.

use super::{Call, Command, Fields};
use crate::doc;
use crate::server::practice::arguments::Arguments;
use crate::server::practice::cursor::Cursor;
use crate::server::practice::errors::CommandError;
use crate::server::practice::query::{self, Found, Request, Wishes};
use crate::wire::bson::{Bson, Document};
use std::sync::Arc;

pub const COMMANDS: &[Command] =
    &[Command { name: "find", aliases: &[], fields: Fields::Any, admin_only: false, run: find }];

/// An empty filter, for commands that do not send one.
pub static EMPTY: std::sync::LazyLock<Document> = std::sync::LazyLock::new(Document::new);

fn find(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let name = call.collection_name()?;
    let filter = arguments.document("filter")?.unwrap_or(&EMPTY);
    let mut request = Request::new(filter, wishes(&arguments)?)?;
    request.skip = arguments.size("skip")?.unwrap_or(0) as usize;
    let limit = arguments.integer("limit")?.unwrap_or(0);
    request.limit = limit.unsigned_abs() as usize;
    let single = limit < 0 || arguments.flag("singleBatch")?;
    let batch_size = arguments.size("batchSize")?.map(|size| size as usize);
    let collection = call.server.catalog.collection(call.database, name)?;
    let found = match &collection {
        Some(collection) => query::run(&collection.state.lock(), &request, call.operation)?,
        None => Found::nothing(),
    };
    let documents: Vec<Arc<Document>> = found.records.into_iter().map(|(_, document)| document).collect();
    let cursor = Cursor::new(call.namespace(name), collection, documents);
    Ok(doc! { "cursor": (call.server.cursors.first_reply(cursor, batch_size, single)) })
}

/// Order, hint and limits of keys.
///
/// # Errors
/// 14 for wrong types.
pub fn wishes<'a>(arguments: &Arguments<'a>) -> Result<Wishes<'a>, CommandError> {
    Ok(Wishes {
        sort: arguments.document("sort")?,
        hint: arguments.get("hint").filter(|hint| !matches!(hint, Bson::Document(pattern) if pattern.is_empty())),
        min: arguments.document("min")?.filter(|key| !key.is_empty()),
        max: arguments.document("max")?.filter(|key| !key.is_empty()),
    })
}
