//! A key of a document becomes the name of an operator, a command, or another key of the corpus: `{buildinfo: 2}`.

use super::dictionary::{COMMANDS, OPERATORS};
use super::{Material, Mutator};
use crate::js::DUMMY_SP;
use crate::js::ast::{Expr, KeyValueProp, ObjectLit, Prop, PropName, PropOrSpread, Stmt, Str};
use crate::js::{count_edits, edit_nth};
use crate::seed::Dice;

/// See the module.
pub struct Key;

fn fits(expression: &Expr) -> bool {
    expression.as_object().is_some_and(|object| object.props.iter().any(is_plain))
}

fn is_plain(prop: &PropOrSpread) -> bool {
    matches!(prop, PropOrSpread::Prop(prop) if matches!(&**prop, Prop::KeyValue(_)))
}

fn plain_keys(object: &mut ObjectLit) -> impl Iterator<Item = &mut KeyValueProp> {
    object.props.iter_mut().filter_map(|prop| match prop {
        PropOrSpread::Prop(prop) => prop.as_mut_key_value(),
        PropOrSpread::Spread(_) => None,
    })
}

/// Operators keep being operators half of the time: `{$set: ...}` to `{$push: ...}` reaches deeper than to `{a: ...}`.
fn new_key(old: &PropName, material: &Material<'_>, dice: &mut Dice) -> Option<String> {
    let was_operator = match old {
        PropName::Ident(name) => name.sym.starts_with('$'),
        PropName::Str(name) => name.value.to_string_lossy().starts_with('$'),
        _ => false,
    };
    let kind = if was_operator && dice.chance(1, 2) { 0 } else { dice.below(4) };
    match kind {
        0 => dice.pick(&OPERATORS).map(|name| (*name).to_owned()),
        1 => dice.pick(&COMMANDS).map(|name| (*name).to_owned()),
        _ => dice.pick(&material.index.keys).cloned(),
    }
}

impl Mutator for Key {
    fn name(&self) -> &'static str {
        "key"
    }

    fn summary(&self) -> &'static str {
        "a key becomes an operator, a command or another key: {$set: x} -> {$push: x}"
    }

    fn sites(&self, statement: &mut Stmt) -> usize {
        count_edits(statement, fits)
    }

    fn mutate(&self, statement: &mut Stmt, site: usize, material: &Material<'_>, dice: &mut Dice) -> bool {
        let mut changed = false;
        edit_nth(statement, site, fits, |place| {
            let Some(object) = place.as_mut_object() else { return };
            let count = plain_keys(object).count();
            let Some(prop) = plain_keys(object).nth(dice.below(count)) else { return };
            // `__proto__` may stand only once, and a document never needs it.
            let Some(name) = new_key(&prop.key, material, dice).filter(|name| name != "__proto__") else { return };
            prop.key = PropName::Str(Str { span: DUMMY_SP, value: name.into(), raw: None });
            changed = true;
        });
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutate::tests::changes;

    #[test]
    fn values_stay_and_keys_change() {
        let seen = changes(&Key, "t.update({}, {$set: {a: 1}});", 60);
        assert!(seen.len() > 10, "{seen:?}");
        assert!(seen.iter().all(|text| text.contains("1 }")), "{seen:?}");
    }
}
