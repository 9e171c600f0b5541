//! An argument, an element or a field stands twice: duplicate keys and over-long lists are what parsers forget.

use super::remove_part::parts;
use super::{Material, Mutator};
use crate::js::ast::{Expr, Prop, PropOrSpread, Stmt};
use crate::js::{count_edits, edit_nth};
use crate::seed::Dice;

/// See the module.
pub struct RepeatPart;

/// Of fields only plain ones: `__proto__` and accessors have rules of their own.
fn fits(expression: &Expr) -> bool {
    match expression {
        Expr::Object(object) => {
            object.props.iter().all(|prop| match prop {
                PropOrSpread::Prop(prop) => matches!(&**prop, Prop::KeyValue(field) if !is_proto(field)),
                PropOrSpread::Spread(_) => true,
            }) && parts(expression) > 0
        }
        _ => parts(expression) > 0,
    }
}

fn is_proto(field: &crate::js::ast::KeyValueProp) -> bool {
    match &field.key {
        crate::js::ast::PropName::Ident(name) => &*name.sym == "__proto__",
        crate::js::ast::PropName::Str(name) => name.value.as_str() == Some("__proto__"),
        _ => false,
    }
}

impl Mutator for RepeatPart {
    fn name(&self) -> &'static str {
        "repeat-part"
    }

    fn summary(&self) -> &'static str {
        "an argument, element or field stands twice: [1, 2] -> [1, 1, 2]"
    }

    fn sites(&self, statement: &mut Stmt) -> usize {
        count_edits(statement, fits)
    }

    fn mutate(&self, statement: &mut Stmt, site: usize, _: &Material<'_>, dice: &mut Dice) -> bool {
        edit_nth(statement, site, fits, |place| {
            let at = dice.below(parts(place));
            match place {
                Expr::Call(call) => call.args.insert(at, call.args[at].clone()),
                Expr::Array(array) => array.elems.insert(at, array.elems[at].clone()),
                Expr::Object(object) => object.props.insert(at, object.props[at].clone()),
                _ => {}
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutate::tests::changes;

    #[test]
    fn one_part_stands_twice() {
        let seen = changes(&RepeatPart, "f([1, 2]);", 50);
        assert!(seen.contains(&"f([ 1, 1, 2 ]);".to_owned()), "{seen:?}");
    }
}
