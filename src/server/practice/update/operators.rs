//! The table of update operators.

use super::{Action, arithmetic, bits, fields, pull, push};
use crate::server::practice::errors::CommandError;
use crate::wire::bson::Bson;

/// Makes the action of an operator from the path as sent and its argument.
pub type Parse = fn(&str, &Bson) -> Result<Box<dyn Action>, CommandError>;

/// Every operator but `$rename`, which concerns two fields at once.
pub const OPERATORS: &[(&str, Parse)] = &[
    ("$addToSet", push::add_to_set),
    ("$bit", bits::bit),
    ("$currentDate", fields::current_date),
    ("$inc", arithmetic::inc),
    ("$max", arithmetic::max),
    ("$min", arithmetic::min),
    ("$mul", arithmetic::mul),
    ("$pop", pull::pop),
    ("$pull", pull::pull),
    ("$pullAll", pull::pull_all),
    ("$push", push::push),
    ("$set", fields::set),
    ("$setOnInsert", fields::set_on_insert),
    ("$unset", fields::unset),
];

/// The operator of that name.
pub fn find(name: &str) -> Option<Parse> {
    OPERATORS.iter().find(|(known, _)| *known == name).map(|(_, parse)| *parse)
}
