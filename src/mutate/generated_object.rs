//! A document made from nothing: one to seven keys from commands, operators and the corpus, nested one level.

use super::dictionary::{COMMANDS, OPERATORS, PRIMITIVES};
use super::{Material, Mutator};
use crate::js::DUMMY_SP;
use crate::js::ast::{Expr, KeyValueProp, ObjectLit, Prop, PropName, PropOrSpread, Stmt, Str};
use crate::js::{change_nth, count};
use crate::seed::Dice;

/// See the module.
pub struct GeneratedObject;

fn fits(expression: &Expr) -> bool {
    matches!(expression, Expr::Object(_) | Expr::Lit(_))
}

fn key(material: &Material<'_>, dice: &mut Dice) -> String {
    let name = match dice.below(3) {
        0 => dice.pick(&OPERATORS).copied(),
        1 => dice.pick(&COMMANDS).copied(),
        _ => dice.pick(&material.index.keys).map(String::as_str),
    };
    name.filter(|name| *name != "__proto__").unwrap_or("a").to_owned()
}

fn value(material: &Material<'_>, dice: &mut Dice, nested: bool) -> Expr {
    let drawn = match dice.below(if nested { 4 } else { 3 }) {
        0 => dice.pick(&material.index.literals).cloned(),
        1 => dice.pick(&material.index.objects).cloned(),
        2 => dice.pick(&PRIMITIVES).cloned(),
        _ => Some(object(material, dice, false)),
    };
    drawn.unwrap_or_else(|| object(material, dice, false))
}

fn object(material: &Material<'_>, dice: &mut Dice, nested: bool) -> Expr {
    let fields = dice.between(1, if nested { 7 } else { 2 });
    let props = (0..fields).map(|_| {
        let key = PropName::Str(Str { span: DUMMY_SP, value: key(material, dice).into(), raw: None });
        let value = if nested { value(material, dice, true) } else { primitive(dice) };
        PropOrSpread::Prop(Box::new(Prop::KeyValue(KeyValueProp { key, value: Box::new(value) })))
    });
    Expr::Object(ObjectLit { span: DUMMY_SP, props: props.collect() })
}

fn primitive(dice: &mut Dice) -> Expr {
    // The list is part of the program and never empty.
    PRIMITIVES[dice.below(PRIMITIVES.len())].clone()
}

impl Mutator for GeneratedObject {
    fn name(&self) -> &'static str {
        "generated-object"
    }

    fn summary(&self) -> &'static str {
        "a value becomes a made-up document: {a: 1} -> {\"$inc\": NaN, \"hint\": {\"size\": -1}}"
    }

    fn sites(&self, statement: &mut Stmt) -> usize {
        count(statement, fits)
    }

    fn mutate(&self, statement: &mut Stmt, site: usize, material: &Material<'_>, dice: &mut Dice) -> bool {
        let made = object(material, dice, true);
        change_nth(statement, site, fits, |place| *place = made.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutate::tests::changes;

    #[test]
    fn every_made_document_is_another() {
        assert!(changes(&GeneratedObject, "t.find({a: 1});", 30).len() > 20);
    }
}
