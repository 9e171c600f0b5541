//! One way of writing where there are several: `var`, no optional chains, plain keys, no directives.

use crate::js::ast::{
    Expr, IdentName, MemberExpr, MemberProp, OptChainBase, Prop, PropName, PropOrSpread, VarDeclKind,
};
use crate::js::{DUMMY_SP, ast};
use crate::triage::reduce::walk::{Local, Node};

/// See the module.
pub struct Canonical;

impl Local for Canonical {
    fn name(&self) -> &'static str {
        "canonical"
    }

    fn options(&self, node: &Node<'_>) -> usize {
        match node {
            Node::Variables(variables) => usize::from(variables.kind == VarDeclKind::Const),
            Node::Expression(expression, _) => usize::from(rewritten(expression).is_some()),
            _ => 0,
        }
    }

    fn apply(&self, node: &mut Node<'_>, _: &[usize]) {
        match node {
            Node::Variables(variables) => variables.kind = VarDeclKind::Var,
            Node::Expression(expression, _) => {
                if let Some(other) = rewritten(expression) {
                    **expression = other;
                }
            }
            _ => {}
        }
    }
}

/// The same in fewer characters.
fn rewritten(expression: &Expr) -> Option<Expr> {
    match expression {
        Expr::Member(member) => dotted(member).map(Expr::Member),
        Expr::OptChain(chain) if chain.optional => Some(match &*chain.base {
            OptChainBase::Member(member) => Expr::Member(member.clone()),
            OptChainBase::Call(call) => Expr::Call(ast::CallExpr {
                span: DUMMY_SP,
                callee: ast::Callee::Expr(call.callee.clone()),
                args: call.args.clone(),
                ..ast::CallExpr::default()
            }),
        }),
        Expr::Object(object) => {
            let mut object = object.clone();
            let unquoted = object.props.iter_mut().map(unquote).filter(|done| *done).count();
            (unquoted > 0).then_some(Expr::Object(object))
        }
        _ => None,
    }
}

/// `a["b"]` as `a.b`
fn dotted(member: &MemberExpr) -> Option<MemberExpr> {
    let MemberProp::Computed(key) = &member.prop else { return None };
    let Expr::Lit(ast::Lit::Str(text)) = &*key.expr else { return None };
    let name = text.value.as_str().filter(|text| is_plain(text))?;
    let prop = MemberProp::Ident(IdentName::new(name.into(), DUMMY_SP));
    Some(MemberExpr { prop, ..member.clone() })
}

/// `{"a": 1}` as `{a: 1}`
fn unquote(property: &mut PropOrSpread) -> bool {
    let PropOrSpread::Prop(property) = property else { return false };
    let Prop::KeyValue(pair) = &mut **property else { return false };
    let PropName::Str(text) = &pair.key else { return false };
    let Some(name) = text.value.as_str().filter(|text| is_plain(text)) else { return false };
    pair.key = PropName::Ident(IdentName::new(name.into(), DUMMY_SP));
    true
}

fn is_plain(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    !name.is_empty() && name != "__proto__" && name.chars().all(word) && !name.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::reduce::passes::tests::{all, each};
    use crate::triage::reduce::walk::EachNode;

    const PASS: EachNode<Canonical> = EachNode(Canonical);

    #[test]
    fn one_form_stands_for_all() {
        assert_eq!(
            each(&PASS, "const a = {'b': 1, 'c d': 2};"),
            ["var a = { 'b': 1, 'c d': 2 };", "const a = { b: 1, 'c d': 2 };",]
        );
        assert_eq!(all(&PASS, "a['b']?.c;"), "a.b.c;");
        assert!(each(&PASS, "let a = {b: c.d};").is_empty());
    }
}
