//! create, drop, dropDatabase.

use super::{Call, Command, Fields, view_check};
use crate::doc;
use crate::server::practice::arguments::Arguments;
use crate::server::practice::catalog::{Entry, View};
use crate::server::practice::collection::{Capped, Validator};
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::query::Matcher;
use crate::wire::bson::{Bson, Document};

pub const COMMANDS: &[Command] = &[
    Command {
        name: "create",
        aliases: &[],
        fields: Fields::Only(&[
            "capped",
            "autoIndexId",
            "size",
            "max",
            "storageEngine",
            "validator",
            "validationLevel",
            "validationAction",
            "indexOptionDefaults",
            "viewOn",
            "pipeline",
            "collation",
            "idIndex",
            "timeseries",
            "clusteredIndex",
            "expireAfterSeconds",
            "temp",
            "flags",
            "changeStreamPreAndPostImages",
            "recordPreImages",
            "encryptedFields",
        ]),
        admin_only: false,
        run: create,
    },
    Command { name: "drop", aliases: &[], fields: Fields::Only(&["collectionUUID"]), admin_only: false, run: drop },
    Command { name: "dropDatabase", aliases: &[], fields: Fields::Only(&[]), admin_only: false, run: drop_database },
];

/// The largest size of a capped collection, one petabyte as in a mongod.
const MAX_CAPPED: i64 = 1 << 50;

fn create(call: &Call<'_>) -> Result<Document, CommandError> {
    let arguments = call.arguments();
    let name = call.collection_name()?;
    arguments.collation()?;
    if arguments.get("viewOn").is_some() || arguments.get("pipeline").is_some() {
        return create_view(call, &arguments, name);
    }
    refuse_unsupported(&arguments)?;
    let capped = capped(&arguments)?;
    let validator = validator(&arguments)?;
    let mut options = Document::new();
    for key in
        ["capped", "size", "max", "validator", "validationLevel", "validationAction", "collation", "storageEngine"]
    {
        if let Some(value) = arguments.get(key) {
            options.push(key, value.clone());
        }
    }
    if let Some(capped) = capped {
        options.set("size", capped.size as i64);
    }
    match call.server.catalog.get(call.database, name) {
        // Creating it again with the same options is no error, as in a mongod.
        Some(Entry::Collection(existing)) if *existing.options.read() == options => return Ok(Document::new()),
        _ => {}
    }
    let collection = call.server.catalog.create(call.database, name, options, capped)?;
    collection.state.lock().validator = validator;
    Ok(Document::new())
}

fn refuse_unsupported(arguments: &Arguments<'_>) -> Result<(), CommandError> {
    if arguments.get("autoIndexId").is_some() && !arguments.flag("autoIndexId")? {
        let text = "autoIndexId:false is not allowed for collections in this database";
        return Err(CommandError::new(code::INVALID_OPTIONS, text));
    }
    for field in ["timeseries", "clusteredIndex", "encryptedFields", "changeStreamPreAndPostImages"] {
        if arguments.document(field)?.is_some() {
            let text = format!("the practice server has no collections with '{field}'");
            return Err(CommandError::new(code::COMMAND_NOT_SUPPORTED, text));
        }
    }
    for field in ["storageEngine", "indexOptionDefaults", "idIndex"] {
        arguments.document(field)?;
    }
    Ok(())
}

/// The limits of a capped collection; `None` for any other.
fn capped(arguments: &Arguments<'_>) -> Result<Option<Capped>, CommandError> {
    let size = arguments.integer("size")?;
    let max = arguments.integer("max")?;
    if !arguments.flag("capped")? {
        return match size.or(max) {
            Some(_) if arguments.get("capped").is_none() && size.is_some() => Err(CommandError::new(
                code::INVALID_OPTIONS,
                "the 'capped' field needs to be true when either the 'size' or 'max' fields are present",
            )),
            _ => Ok(None),
        };
    }
    match size {
        None => Err(CommandError::new(code::INVALID_OPTIONS, "the 'size' field is required when 'capped' is true")),
        Some(size) if !(1..=MAX_CAPPED).contains(&size) => {
            let text = format!("BSON field 'size' value must be >= 1 and <= {MAX_CAPPED}, actual value '{size}'");
            Err(CommandError::new(if size < 1 { 51024 } else { code::BAD_VALUE }, text))
        }
        Some(_) if max.is_some_and(|max| max >= 1 << 31) => {
            Err(CommandError::new(code::BAD_VALUE, "max in a capped collection has to be < 2^31 or not set"))
        }
        // Sizes are rounded up to 256 bytes, and no limit is below a page.
        Some(size) => Ok(Some(Capped {
            size: ((size as u64).max(4096)).div_ceil(256) * 256,
            max: max.unwrap_or(0).max(0) as u64,
        })),
    }
}

/// The condition on documents, from `create` or `collMod`.
///
/// # Errors
/// What is wrong with the condition, its level or its action.
pub fn validator(arguments: &Arguments<'_>) -> Result<Option<Validator>, CommandError> {
    let level = arguments.text("validationLevel")?.unwrap_or("strict");
    let action = arguments.text("validationAction")?.unwrap_or("error");
    let enumeration = |field: &str, value: &str| {
        let text = format!("Enumeration value '{value}' for field '{}.{field}' is not a valid value.", arguments.name);
        CommandError::new(code::BAD_VALUE, text)
    };
    if !["off", "strict", "moderate"].contains(&level) {
        return Err(enumeration("validationLevel", level));
    }
    if !["error", "warn", "errorAndLog"].contains(&action) {
        return Err(enumeration("validationAction", action));
    }
    let Some(shown) = arguments.document("validator")?.filter(|validator| !validator.is_empty()) else {
        return Ok(None);
    };
    if let Some(refused) =
        shown.keys().find(|key| ["$where", "$text", "$near", "$nearSphere", "$geoNear"].contains(key))
    {
        return Err(CommandError::new(
            code::QUERY_FEATURE_NOT_ALLOWED,
            format!("{refused} is not allowed in this context"),
        ));
    }
    Ok(Some(Validator {
        matcher: Matcher::parse(shown)?,
        shown: shown.clone(),
        strict: level == "strict",
        refuse: action != "warn" && level != "off",
    }))
}

fn create_view(call: &Call<'_>, arguments: &Arguments<'_>, name: &str) -> Result<Document, CommandError> {
    if arguments.flag("capped")? {
        return Err(CommandError::new(code::INVALID_OPTIONS, "Cannot create a view with option capped"));
    }
    let view = view(arguments)?;
    view_check::check(call, name, &view)?;
    call.server.catalog.create_view(call.database, name, view)?;
    Ok(Document::new())
}

/// A view's definition, from `create` or `collMod`.
///
/// # Errors
/// 72 where a part is missing, 182 for a stage that views may not hold.
pub fn view(arguments: &Arguments<'_>) -> Result<View, CommandError> {
    let Some(on) = arguments.text("viewOn")? else {
        return Err(CommandError::new(
            code::INVALID_OPTIONS,
            "'viewOn' must be specified when 'pipeline' is specified",
        ));
    };
    if on.is_empty() {
        return Err(CommandError::new(code::BAD_VALUE, "'viewOn' cannot be empty"));
    }
    let pipeline = arguments.array("pipeline")?.unwrap_or_default();
    for stage in pipeline {
        let Some(stage) = stage.as_document() else {
            return Err(arguments.wrong_type("pipeline.0", stage, "'object'"));
        };
        if let Some(name) = stage.keys().find(|name| ["$out", "$merge"].contains(name)) {
            let text = format!(
                "The aggregation stage {name} of the pipeline cannot be used in a view definition because it writes to disk"
            );
            return Err(CommandError::new(code::OPTION_NOT_SUPPORTED_ON_VIEW, text));
        }
    }
    Ok(View { on: on.to_owned(), pipeline: pipeline.to_vec() })
}

fn drop(call: &Call<'_>) -> Result<Document, CommandError> {
    let name = call.collection_name()?;
    match call.server.catalog.remove(call.database, name) {
        Some(Entry::Collection(collection)) => {
            let indexes = collection.state.lock().indexes.len();
            Ok(doc! { "nIndexesWas": (indexes as i32), "ns": (call.namespace(name)) })
        }
        Some(Entry::View(_)) => Ok(doc! { "ns": (call.namespace(name)) }),
        // A collection that is not there counts as dropped since 7.0.
        None => Ok(Document::new()),
    }
}

fn drop_database(call: &Call<'_>) -> Result<Document, CommandError> {
    match call.command.first() {
        Some((_, value)) if value.is_number() || matches!(value, Bson::Boolean(true)) => {}
        _ => return Err(CommandError::new(5255100, "Have to pass 1 as 'drop' parameter")),
    }
    if call.database == "admin" || call.database == "config" || call.database == "local" {
        let text = format!("Dropping the '{}' database is prohibited.", call.database);
        return Err(CommandError::new(code::ILLEGAL_OPERATION, text));
    }
    match call.server.catalog.remove_database(call.database) {
        true => Ok(doc! { "dropped": (call.database) }),
        false => Ok(Document::new()),
    }
}
