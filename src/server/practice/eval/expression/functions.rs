//! The table of functions: name, number of arguments, what runs.

use super::{Outcome, arithmetic, array, convert, date, picked, rounding, search, set, string};
use crate::wire::bson::Bson;

/// A function over evaluated arguments.
#[derive(Debug)]
pub struct Function {
    /// With its dollar sign.
    pub name: &'static str,
    /// Fewest arguments.
    pub least: usize,
    /// Most arguments.
    pub most: usize,
    /// The names of its arguments where it takes a document of them.
    pub named: Option<&'static [&'static str]>,
    /// How many of the named ones must be there, and the code of the error if one is not.
    pub required: (usize, i32),
    /// What it does.
    pub run: fn(&[Bson]) -> Outcome,
}

const MANY: usize = usize::MAX;

const fn f(name: &'static str, least: usize, most: usize, run: fn(&[Bson]) -> Outcome) -> Function {
    Function { name, least, most, named: None, required: (0, 0), run }
}

const fn n(name: &'static str, named: &'static [&'static str], run: fn(&[Bson]) -> Outcome) -> Function {
    Function { name, least: 0, most: MANY, named: Some(named), required: (0, 0), run }
}

/// A function that takes nothing but a document, the first `least` fields of which must be there.
const fn r(
    name: &'static str,
    named: &'static [&'static str],
    (least, missing): (usize, i32),
    run: fn(&[Bson]) -> Outcome,
) -> Function {
    Function { name, least: 0, most: MANY, named: Some(named), required: (least, missing), run }
}

const DATE_PARTS: &[&str] = &[
    "year",
    "isoWeekYear",
    "isoWeek",
    "isoDayOfWeek",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "millisecond",
    "timezone",
];

const FUNCTIONS: &[Function] = &[
    f("$abs", 1, 1, rounding::abs),
    f("$add", 0, MANY, arithmetic::add),
    f("$subtract", 2, 2, arithmetic::subtract),
    f("$multiply", 0, MANY, arithmetic::multiply),
    f("$divide", 2, 2, arithmetic::divide),
    f("$mod", 2, 2, arithmetic::modulo),
    f("$ceil", 1, 1, rounding::ceil),
    f("$floor", 1, 1, rounding::floor),
    f("$trunc", 1, 2, rounding::trunc),
    f("$round", 1, 2, rounding::round),
    f("$exp", 1, 1, arithmetic::exp),
    f("$ln", 1, 1, arithmetic::ln),
    f("$log10", 1, 1, arithmetic::log10),
    f("$log", 2, 2, arithmetic::log),
    f("$pow", 2, 2, arithmetic::pow),
    f("$sqrt", 1, 1, arithmetic::sqrt),
    f("$sum", 0, MANY, arithmetic::sum),
    f("$avg", 0, MANY, arithmetic::avg),
    f("$min", 0, MANY, arithmetic::min),
    f("$max", 0, MANY, arithmetic::max),
    f("$eq", 2, 2, set::eq),
    f("$ne", 2, 2, set::ne),
    f("$gt", 2, 2, set::gt),
    f("$gte", 2, 2, set::gte),
    f("$lt", 2, 2, set::lt),
    f("$lte", 2, 2, set::lte),
    f("$cmp", 2, 2, set::cmp),
    f("$not", 1, 1, set::not),
    f("$setUnion", 0, MANY, set::union),
    f("$setIntersection", 0, MANY, set::intersection),
    f("$setDifference", 2, 2, set::difference),
    f("$setEquals", 2, MANY, set::equals),
    f("$setIsSubset", 2, 2, set::is_subset),
    f("$anyElementTrue", 1, 1, set::any_true),
    f("$allElementsTrue", 1, 1, set::all_true),
    f("$size", 1, 1, array::size),
    f("$isArray", 1, 1, array::is_array),
    f("$arrayElemAt", 2, 2, array::element_at),
    f("$first", 1, 1, array::first),
    f("$last", 1, 1, array::last),
    f("$concatArrays", 0, MANY, array::concat),
    f("$slice", 2, 3, array::slice),
    f("$in", 2, 2, array::contains),
    f("$indexOfArray", 2, 4, array::index_of),
    f("$range", 2, 3, array::range),
    f("$reverseArray", 1, 1, array::reverse),
    n("$zip", &["inputs", "useLongestLength", "defaults"], array::zip),
    f("$objectToArray", 1, 1, array::from_object),
    f("$arrayToObject", 1, 1, array::to_object),
    f("$mergeObjects", 0, MANY, array::merge_objects),
    f("$concat", 0, MANY, string::concat),
    f("$toUpper", 1, 1, string::to_upper),
    f("$toLower", 1, 1, string::to_lower),
    f("$substr", 3, 3, string::substring_bytes),
    f("$substrBytes", 3, 3, string::substring_bytes),
    f("$substrCP", 3, 3, string::substring_points),
    f("$strLenBytes", 1, 1, string::length_bytes),
    f("$strLenCP", 1, 1, string::length_points),
    f("$split", 2, 2, string::split),
    f("$indexOfBytes", 2, 4, string::index_of_bytes),
    f("$indexOfCP", 2, 4, string::index_of_points),
    f("$strcasecmp", 2, 2, string::compare_ignoring_case),
    n("$trim", &["input", "chars"], string::trim),
    n("$ltrim", &["input", "chars"], string::trim_start),
    n("$rtrim", &["input", "chars"], string::trim_end),
    r("$regexMatch", &["input", "regex", "options"], (2, 51022), search::regex_match),
    r("$regexFind", &["input", "regex", "options"], (2, 51022), search::regex_find),
    r("$regexFindAll", &["input", "regex", "options"], (2, 51022), search::regex_find_all),
    r("$replaceOne", &["input", "find", "replacement"], (3, 51749), search::replace_one),
    r("$replaceAll", &["input", "find", "replacement"], (3, 51749), search::replace_all),
    r("$firstN", &["input", "n"], (2, 5_787_906), picked::first),
    r("$lastN", &["input", "n"], (2, 5_787_906), picked::last),
    r("$maxN", &["input", "n"], (2, 5_787_906), picked::max),
    r("$minN", &["input", "n"], (2, 5_787_906), picked::min),
    f("$type", 1, 1, convert::type_of),
    f("$isNumber", 1, 1, convert::is_number),
    f("$toString", 1, 1, convert::to_string),
    f("$toInt", 1, 1, convert::to_int),
    f("$toLong", 1, 1, convert::to_long),
    f("$toDouble", 1, 1, convert::to_double),
    f("$toDecimal", 1, 1, convert::to_decimal),
    f("$toBool", 1, 1, convert::to_bool),
    f("$toDate", 1, 1, convert::to_date),
    f("$toObjectId", 1, 1, convert::to_object_id),
    f("$bsonSize", 1, 1, convert::bson_size),
    n("$year", &["date", "timezone"], date::year),
    n("$month", &["date", "timezone"], date::month),
    n("$dayOfMonth", &["date", "timezone"], date::day_of_month),
    n("$dayOfWeek", &["date", "timezone"], date::day_of_week),
    n("$dayOfYear", &["date", "timezone"], date::day_of_year),
    n("$hour", &["date", "timezone"], date::hour),
    n("$minute", &["date", "timezone"], date::minute),
    n("$second", &["date", "timezone"], date::second),
    n("$millisecond", &["date", "timezone"], date::millisecond),
    n("$week", &["date", "timezone"], date::week),
    n("$isoWeek", &["date", "timezone"], date::iso_week),
    n("$isoWeekYear", &["date", "timezone"], date::iso_week_year),
    n("$isoDayOfWeek", &["date", "timezone"], date::iso_day_of_week),
    r("$dateToString", &["date", "format", "timezone", "onNull"], (1, 18628), date::to_text),
    r("$dateToParts", &["date", "timezone", "iso8601"], (1, 40522), date::to_parts),
    r("$dateAdd", &["startDate", "unit", "amount", "timezone"], (3, 5_166_402), date::add),
    r("$dateSubtract", &["startDate", "unit", "amount", "timezone"], (3, 5_166_402), date::subtract),
    r("$dateDiff", &["startDate", "endDate", "unit", "timezone", "startOfWeek"], (3, 5_166_303), date::difference),
    r("$dateTrunc", &["date", "unit", "binSize", "timezone", "startOfWeek"], (2, 5_439_009), date::truncate),
    n("$dateFromParts", DATE_PARTS, date::from_parts),
    r("$dateFromString", &["dateString", "format", "timezone", "onError", "onNull"], (1, 40_542), date::from_text),
];

/// The function of that name.
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}
