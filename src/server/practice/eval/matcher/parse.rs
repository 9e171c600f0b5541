//! From a filter document to a tree of tests.

use std::cmp::Ordering::{Equal, Greater, Less};

use super::leaf::{EQUAL, Leaf};
use super::types::TypeSet;
use super::{Element, Expression, Node, Path};
use crate::server::practice::errors::{CommandError, code};
use crate::server::practice::eval::geo::{Near, Question};
use crate::server::practice::eval::text::Search;
use crate::wire::bson::{Bson, Document};

/// Filters inside each other; a mongod has the same bound.
const MOST_DEPTH: usize = 100;
/// Bytes of a compiled regular expression.
const REGEX_SIZE: usize = 1 << 20;

/// Operators that bounds of a distance may stand beside.
const NEAR: [&str; 3] = ["$near", "$nearSphere", "$geoNear"];

type Parsed<T> = Result<T, CommandError>;

fn bad(text: impl Into<String>) -> CommandError {
    CommandError::new(code::BAD_VALUE, text)
}

/// What filters are read with.
#[derive(Clone, Copy)]
pub struct Parser<'a> {
    /// Variables that `$expr` may use.
    pub known: &'a [String],
}

/// A filter without variables.
fn filter(filter: &Document, depth: usize) -> Parsed<Node> {
    Parser { known: &[] }.filter(filter, depth)
}

impl Parser<'_> {
    /// A whole filter.
    pub fn filter(self, filter: &Document, depth: usize) -> Parsed<Node> {
        if depth > MOST_DEPTH {
            return Err(bad(format!("exceeded maximum query tree depth of {MOST_DEPTH}")));
        }
        let nodes = filter.iter().map(|(key, value)| match key.strip_prefix('$') {
            Some(operator) => self.top_level(operator, value, depth),
            None => field(key, value, depth),
        });
        let mut nodes = nodes.collect::<Parsed<Vec<Node>>>()?;
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::And(nodes) })
    }

    fn top_level(self, operator: &str, value: &Bson, depth: usize) -> Parsed<Node> {
        match operator {
            "and" => self.branches(operator, value, depth).map(Node::And),
            "or" => self.branches(operator, value, depth).map(Node::Or),
            "nor" => self.branches(operator, value, depth).map(Node::Nor),
            "comment" => Ok(Node::Constant(true)),
            "alwaysTrue" => Ok(Node::Constant(true)),
            "alwaysFalse" => Ok(Node::Constant(false)),
            "sampleRate" => Ok(Node::Constant(value.as_f64().is_some_and(|rate| rate > 0.0))),
            "where" => Err(CommandError::new(code::BAD_VALUE, "no globalScriptEngine in $where parsing")),
            "text" => Search::parse(value).map(|search| Node::Text(search, None)),
            "expr" => Expression::parse(value, self.known).map(|expression| Node::Expression(Box::new(expression))),
            "jsonSchema" if value.as_document().is_some() => Ok(Node::Constant(true)),
            _ => Err(bad(format!("unknown top level operator: ${operator}"))),
        }
    }

    fn branches(self, operator: &str, value: &Bson, depth: usize) -> Parsed<Vec<Node>> {
        let items = value.as_array().ok_or_else(|| bad(format!("${operator} must be an array")))?;
        if items.is_empty() {
            return Err(bad("$and/$or/$nor must be a nonempty array"));
        }
        let parsed = items.iter().map(|item| {
            let item = item.as_document().ok_or_else(|| bad("$or/$and/$nor entries need to be full objects"))?;
            self.filter(item, depth + 1)
        });
        parsed.collect()
    }
}

fn field(name: &str, value: &Bson, depth: usize) -> Parsed<Node> {
    let path = Path::new(name);
    let leaves = match value {
        Bson::Document(operators) if is_operators(operators) => tests(operators, depth)?,
        other => vec![(true, equality(other)?)],
    };
    let mut nodes: Vec<Node> = leaves
        .into_iter()
        .map(|(wanted, leaf)| {
            let node = Node::At(path.clone(), leaf);
            if wanted { node } else { Node::Not(Box::new(node)) }
        })
        .collect();
    Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::And(nodes) })
}

/// `{$ref: ...}` is a reference, not an operator.
fn is_operators(document: &Document) -> bool {
    let first = document.first().map(|(key, _)| key);
    first.is_some_and(|key| key.starts_with('$') && !matches!(key, "$ref" | "$id" | "$db"))
}

fn equality(value: &Bson) -> Parsed<Leaf> {
    match value {
        Bson::Regex { pattern, options } => regex(pattern, options, value),
        Bson::Undefined => Err(bad("cannot compare to undefined")),
        other => Ok(Leaf::Compare(other.clone(), EQUAL)),
    }
}

/// The tests of `{$gt: 1, $lt: 5}`, each with what it has to give.
fn tests(operators: &Document, depth: usize) -> Parsed<Vec<(bool, Leaf)>> {
    let mut leaves = Vec::new();
    for (key, value) in operators.iter() {
        let operator = key.strip_prefix('$').ok_or_else(|| bad(format!("unknown operator: {key}")))?;
        match operator {
            "ne" => leaves.push((false, not_equal(value)?)),
            "nin" => leaves.push((false, one_of(value)?)),
            "not" => leaves.extend(negated(value, depth)?),
            "options" if !operators.contains("$regex") => return Err(bad("$options needs a $regex")),
            "options" => {}
            "maxDistance" | "minDistance" if !NEAR.iter().any(|near| operators.contains(near)) => {
                return Err(bad(format!("${operator} needs a $near")));
            }
            "maxDistance" | "minDistance" => {}
            _ => leaves.push((true, test(operator, value, operators, depth)?)),
        }
    }
    Ok(leaves)
}

fn not_equal(value: &Bson) -> Parsed<Leaf> {
    if matches!(value, Bson::Regex { .. }) {
        return Err(bad("Can't have regex as arg to $ne."));
    }
    equality(value)
}

/// All of several tests must fail together for `$not` to pass; an element filter says just that.
fn negated(value: &Bson, depth: usize) -> Parsed<Vec<(bool, Leaf)>> {
    match value {
        Bson::Regex { .. } => Ok(vec![(false, equality(value)?)]),
        Bson::Document(operators) if operators.is_empty() => Err(bad("$not cannot be empty")),
        Bson::Document(operators) if is_operators(operators) => {
            let inner = tests(operators, depth + 1)?;
            match <[(bool, Leaf); 1]>::try_from(inner) {
                Ok([(wanted, leaf)]) => Ok(vec![(!wanted, leaf)]),
                Err(inner) => Ok(vec![(false, Leaf::All(inner.into_iter().map(|(_, leaf)| leaf).collect()))]),
            }
        }
        _ => Err(bad("$not needs a regex or a document")),
    }
}

fn test(operator: &str, value: &Bson, all: &Document, depth: usize) -> Parsed<Leaf> {
    let ordered = |orders| match value {
        Bson::Regex { .. } => Err(bad(format!("Can't have RegEx as arg to predicate over field '${operator}'."))),
        Bson::Undefined => Err(bad("cannot compare to undefined")),
        _ => Ok(Leaf::Compare(value.clone(), orders)),
    };
    match operator {
        "eq" => equality(value),
        "gt" => ordered(&[Greater]),
        "gte" => ordered(&[Greater, Equal]),
        "lt" => ordered(&[Less]),
        "lte" => ordered(&[Less, Equal]),
        "in" => one_of(value),
        "exists" => Ok(Leaf::Exists(value.as_flag().unwrap_or(!matches!(value, Bson::Null | Bson::Undefined)))),
        "type" => TypeSet::parse(value).map(Leaf::Type),
        "mod" => modulo(value),
        "regex" => regex_operator(value, all),
        "size" => size(value),
        "all" => every(value, depth),
        "elemMatch" => element(value, depth).map(|element| Leaf::ElementMatches(Box::new(element))),
        "bitsAllSet" => bits(value, true, true),
        "bitsAllClear" => bits(value, true, false),
        "bitsAnySet" => bits(value, false, true),
        "bitsAnyClear" => bits(value, false, false),
        "geoWithin" | "within" | "geoIntersects" => Question::parse(operator, value).map(Leaf::Geo),
        "near" | "nearSphere" | "geoNear" => Near::parse(operator, value, all).map(Leaf::Near),
        _ => Err(bad(format!("unknown operator: ${operator}"))),
    }
}

fn one_of(value: &Bson) -> Parsed<Leaf> {
    let items = value.as_array().ok_or_else(|| bad("$in needs an array"))?;
    let leaves = items.iter().map(|item| match item {
        Bson::Document(document) if is_operators(document) => Err(bad("cannot nest $ under $in")),
        other => equality(other),
    });
    leaves.collect::<Parsed<Vec<Leaf>>>().map(Leaf::In)
}

fn modulo(value: &Bson) -> Parsed<Leaf> {
    let numbers = value.as_array().ok_or_else(|| bad("malformed mod, needs to be an array"))?;
    let [divisor, remainder] = numbers else {
        let text =
            if numbers.len() < 2 { "malformed mod, not enough elements" } else { "malformed mod, too many elements" };
        return Err(bad(text));
    };
    let finite = |number: &Bson| number.as_f64().filter(|value| value.is_finite()).and(number.as_i64());
    let divisor = finite(divisor).ok_or_else(|| bad("malformed mod, divisor not a number"))?;
    let remainder = finite(remainder).ok_or_else(|| bad("malformed mod, remainder not a number"))?;
    if divisor == 0 { Err(bad("divisor cannot be 0")) } else { Ok(Leaf::Mod(divisor, remainder)) }
}

fn size(value: &Bson) -> Parsed<Leaf> {
    match value.as_f64() {
        Some(size) if size >= 0.0 && size.fract() == 0.0 => Ok(Leaf::Size(size as i64)),
        Some(_) => Err(bad("Failed to parse $size. Expected a non-negative whole number")),
        None => Err(bad("$size needs a number")),
    }
}

fn every(value: &Bson, depth: usize) -> Parsed<Leaf> {
    let items = value.as_array().ok_or_else(|| bad("$all needs an array"))?;
    let leaves = items.iter().map(|item| match item {
        Bson::Document(document) if document.contains("$elemMatch") => {
            let inner = document.get("$elemMatch").unwrap_or(item);
            element(inner, depth + 1).map(|element| Leaf::ElementMatches(Box::new(element)))
        }
        Bson::Document(document) if is_operators(document) => Err(bad("no $ expressions in $all")),
        other => equality(other),
    });
    leaves.collect::<Parsed<Vec<Leaf>>>().map(Leaf::All)
}

fn element(value: &Bson, depth: usize) -> Parsed<Element> {
    let condition = value.as_document().ok_or_else(|| bad("$elemMatch needs an Object"))?;
    let logical = |key: &str| matches!(key, "$and" | "$or" | "$nor" | "$where" | "$expr");
    match condition.first() {
        Some((key, _)) if key.starts_with('$') && !logical(key) => tests(condition, depth + 1).map(Element::Value),
        _ => filter(condition, depth + 1).map(Element::Document),
    }
}

fn bits(value: &Bson, all: bool, set: bool) -> Parsed<Leaf> {
    let mask = match value {
        Bson::Array(positions) => positions.iter().try_fold(0_u64, |mask, position| {
            let position = position.as_f64().filter(|at| at.fract() == 0.0 && *at >= 0.0);
            let position = position.ok_or_else(|| bad("bit positions must be whole numbers from 0 up"))?;
            // Every position past the sign bit looks at the sign.
            Ok::<u64, CommandError>(mask | 1 << (position.min(63.0) as u64))
        })?,
        Bson::Binary { bytes, .. } => {
            bytes.iter().take(8).enumerate().fold(0, |mask, (at, byte)| mask | u64::from(*byte) << (8 * at))
        }
        number => {
            let whole = number.as_f64().filter(|value| value.fract() == 0.0 && *value >= 0.0 && *value < 9.3e18);
            whole.and(number.as_i64()).ok_or_else(|| bad("a bit mask is a whole number, an array or BinData"))? as u64
        }
    };
    Ok(Leaf::Bits { mask, all, set })
}

fn regex_operator(value: &Bson, all: &Document) -> Parsed<Leaf> {
    let options = match all.get("$options") {
        None => None,
        Some(Bson::String(options)) => Some(options.as_str()),
        Some(_) => return Err(bad("$options has to be a string")),
    };
    match value {
        Bson::String(pattern) => regex(pattern, options.unwrap_or(""), value),
        Bson::Regex { pattern, options: own } => regex(pattern, options.unwrap_or(own), value),
        _ => Err(bad("$regex has to be a string")),
    }
}

fn regex(pattern: &str, options: &str, literal: &Bson) -> Parsed<Leaf> {
    compile(pattern, options).map(|regex| Leaf::Regex(regex, literal.clone()))
}

/// A linear-time engine: what needs look-around or back-references is refused, as it may run for ever.
///
/// # Errors
/// 51091 for a pattern, 51108 for an option that is not known.
pub fn compile(pattern: &str, options: &str) -> Parsed<regex::Regex> {
    if let Some(unknown) = options.chars().find(|option| !"imsxu".contains(*option)) {
        return Err(CommandError::new(51108, format!("invalid flag in regex options: {unknown}")));
    }
    let mut builder = regex::RegexBuilder::new(pattern);
    builder.size_limit(REGEX_SIZE).nest_limit(100);
    builder.case_insensitive(options.contains('i')).multi_line(options.contains('m'));
    builder.dot_matches_new_line(options.contains('s')).ignore_whitespace(options.contains('x'));
    builder.build().map_err(|_| CommandError::new(51091, format!("Regular expression is invalid: {pattern}")))
}
