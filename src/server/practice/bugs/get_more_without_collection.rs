//! PRACTICE-6: a getMore on a dropped collection.

use super::{Bugs, Class, Depth, FoundBy, Hook, PlantedBug};
use crate::server::practice::errors::{CommandError, code};

/// See its fields.
pub const BUG: PlantedBug = PlantedBug {
    id: "PRACTICE-6",
    class: Class::InternalError,
    depth: Depth::Cursor,
    found_by: FoundBy::Fuzzing,
    tries: 1,
    condition: "a getMore whose collection was dropped or never existed",
    title: "getMore on a dropped collection is answered with std::bad_optional_access",
    program: "db.c.drop(); for (var i = 0; i < 5; i++) { db.c.insert({_id: i}); } var cursor = db.c.find().batchSize(2); cursor.next(); db.c.drop(); while (cursor.hasNext()) { cursor.next(); }",
    hook: Hook::Inside,
};

/// The statistics of the collection are looked up before the cursor is.
///
/// # Errors
/// The leaked exception.
pub fn check(bugs: &Bugs, exists: bool) -> Result<(), CommandError> {
    if bugs.on(&BUG) && !exists {
        let text = "std::bad_optional_access :: caused by :: CollectionStats::getMore";
        return Err(CommandError::new(code::UNKNOWN_ERROR, text));
    }
    Ok(())
}
