//! Planted bugs: what this server does wrong on purpose, so that a fuzzer's finds can be checked against the truth.
//!
//! One file a bug: its description and the condition that fires it. Where the mistake is of one command's code, that code
//! calls the bug by name ([`Hook::Inside`]); where it shows in the command as sent, or in what came of it, the bug is asked
//! [`before`] or [`after`] every command. What happens then is done by [`faults`] and is the real thing. No bug is on
//! unless `--bugs` says so. Decoys stand in the same list: they look like trouble and are none.

mod class;
pub mod faults;
mod listing;
mod look;
mod memory;
mod switch;

// Each a planted bug, in the order of the ids.
pub mod stage_as_filter;
pub mod narrow_count;
pub mod index_name_conflict;
pub mod stale_entry;
pub mod mixed_array;
pub mod get_more_without_collection;
mod modulo_minus_one;
mod bit_beyond_word;
mod unaligned_binary;
mod nested_nor;
mod awaited_drop;
mod removed_with_fields;
mod bad_log_rotation;
mod collation_without_locale;
mod expiry_out_of_range;
mod index_made_again;
mod sort_after_sort;
mod sample_reserved;
mod cursor_killed_twice;
mod increment_overflow;
mod cursor_without_timeout;
mod date_before_epoch;
mod renamed_both_ways;
mod position_beyond_int;
mod journal_wait;
mod unanswered_kill;
mod range_overflow;
mod kept_comment;
mod unclosed_file;
mod hidden_index;
mod drifting_count;
mod renamed_into_index;
mod field_set_twice;
mod empty_key;
mod fraction_of_scale;
mod negative_count;
mod element_beyond_int;
mod skipped_hint;
mod deaf_listener;
mod slow_groups;
mod frightening_lines;
mod large_cache;
pub mod emptied_array;
pub mod renamed_over;
pub mod unlogged_null;

use super::commands::Call;
use super::errors::CommandError;
use crate::server::Shape;
use crate::wire::bson::Document;

pub use class::{Class, Depth, FoundBy};
pub use listing::{lines, markdown};
pub use memory::Memory;
pub use switch::Bugs;

/// One planted bug.
#[derive(Debug)]
pub struct PlantedBug {
    /// `PRACTICE-1`
    pub id: &'static str,
    /// What it does.
    pub class: Class,
    /// How much must come together.
    pub depth: Depth,
    /// What was measured to find it.
    pub found_by: FoundBy,
    /// How often the smallest program may have to run on one server until it shows; 1 for a bug that always fires.
    pub tries: u32,
    /// What fires it.
    pub condition: &'static str,
    /// A title as a ticket would have it.
    pub title: &'static str,
    /// The smallest program that shows it, for a shell.
    pub program: &'static str,
    /// Where it is asked.
    pub hook: Hook,
}

impl PlantedBug {
    /// What it takes to see it.
    pub fn shape(&self) -> Shape {
        match self.depth {
            Depth::TwoNodes => Shape::ReplicaSet { nodes: 2 },
            _ => Shape::Standalone,
        }
    }
}

/// Where a bug's condition is looked at.
#[derive(Clone, Copy, Debug)]
pub enum Hook {
    /// In the code of a command, which names the bug.
    Inside,
    /// Before every command. An error is the command's reply.
    Before(fn(&Call<'_>) -> Result<(), CommandError>),
    /// After every command that worked, with its reply.
    After(fn(&Call<'_>, &mut Document)),
}

static ALL: [PlantedBug; 45] = [
    stage_as_filter::BUG,
    narrow_count::BUG,
    index_name_conflict::BUG,
    stale_entry::BUG,
    mixed_array::BUG,
    get_more_without_collection::BUG,
    modulo_minus_one::BUG,
    bit_beyond_word::BUG,
    unaligned_binary::BUG,
    nested_nor::BUG,
    awaited_drop::BUG,
    removed_with_fields::BUG,
    bad_log_rotation::BUG,
    collation_without_locale::BUG,
    expiry_out_of_range::BUG,
    index_made_again::BUG,
    sort_after_sort::BUG,
    sample_reserved::BUG,
    cursor_killed_twice::BUG,
    increment_overflow::BUG,
    cursor_without_timeout::BUG,
    date_before_epoch::BUG,
    renamed_both_ways::BUG,
    position_beyond_int::BUG,
    journal_wait::BUG,
    unanswered_kill::BUG,
    range_overflow::BUG,
    kept_comment::BUG,
    unclosed_file::BUG,
    hidden_index::BUG,
    drifting_count::BUG,
    renamed_into_index::BUG,
    field_set_twice::BUG,
    empty_key::BUG,
    fraction_of_scale::BUG,
    negative_count::BUG,
    element_beyond_int::BUG,
    skipped_hint::BUG,
    deaf_listener::BUG,
    slow_groups::BUG,
    frightening_lines::BUG,
    large_cache::BUG,
    emptied_array::BUG,
    renamed_over::BUG,
    unlogged_null::BUG,
];

/// All planted bugs by id.
pub fn all() -> &'static [PlantedBug] {
    &ALL
}

/// Asks the bugs that wait before a command.
///
/// # Errors
/// What one of them makes of the reply.
pub fn before(call: &Call<'_>) -> Result<(), CommandError> {
    call.server.bugs.switched_on().try_for_each(|bug| match bug.hook {
        Hook::Before(check) => check(call),
        Hook::Inside | Hook::After(_) => Ok(()),
    })
}

/// Asks the bugs that wait for what came of a command.
pub fn after(call: &Call<'_>, reply: &mut Document) {
    for bug in call.server.bugs.switched_on() {
        if let Hook::After(check) = bug.hook {
            check(call, reply);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_count_up_and_the_fields_say_something() {
        for (at, bug) in all().iter().enumerate() {
            assert_eq!(bug.id, format!("PRACTICE-{}", at + 1));
            let texts = [bug.condition, bug.title, bug.program];
            assert!(texts.iter().all(|text| text.len() > 15) && bug.tries > 0, "{}", bug.id);
        }
    }

    #[test]
    fn every_class_and_every_depth_has_a_bug() {
        let classes: BTreeSet<String> = all().iter().map(|bug| format!("{:?}", bug.class)).collect();
        assert_eq!(classes.len(), Class::ALL.len(), "{classes:?}");
        let depths: BTreeSet<&str> = all().iter().map(|bug| bug.depth.words()).collect();
        assert_eq!(depths.len(), Depth::ALL.len(), "{depths:?}");
    }
}
