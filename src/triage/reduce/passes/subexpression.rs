//! Puts a part of an expression in its place: an argument for the call, a side for the operation, an element for the list.

use crate::js::ast::{
    ArrowFunctionBody, AssignTarget, Callee, Expr, ExprOrSpread, MemberProp, OptChainBase, Prop, PropOrSpread,
    SimpleAssignTarget,
};
use crate::triage::reduce::walk::{Local, Node, Place};

/// See the module.
pub struct Subexpression;

impl Local for Subexpression {
    fn name(&self) -> &'static str {
        "subexpression"
    }

    fn options(&self, node: &Node<'_>) -> usize {
        match node {
            // In `a.b()` something has to be called, and of which object is most of what is said.
            Node::Expression(_, Place::Callee) => 0,
            Node::Expression(expression, _) => inside(expression).len(),
            _ => 0,
        }
    }

    fn apply(&self, node: &mut Node<'_>, chosen: &[usize]) {
        let Node::Expression(expression, _) = node else { return };
        let part = inside(expression).get(chosen[0]).map(|part| (*part).clone());
        if let Some(part) = part {
            **expression = part;
        }
    }
}

/// The expressions directly inside another one, the one whose value matters most first.
fn inside(outer: &Expr) -> Vec<&Expr> {
    match outer {
        Expr::Call(call) => {
            let called = match &call.callee {
                Callee::Expr(callee) => Some(object_of(callee)),
                _ => None,
            };
            called.into_iter().chain(all(&call.args)).collect()
        }
        Expr::New(new) => std::iter::once(&*new.callee).chain(new.args.iter().flat_map(|list| all(list))).collect(),
        Expr::Member(member) => match &member.prop {
            MemberProp::Computed(key) => vec![&*member.obj, &*key.expr],
            _ => vec![&*member.obj],
        },
        Expr::OptChain(chain) => match &*chain.base {
            OptChainBase::Member(member) => vec![&*member.obj],
            OptChainBase::Call(call) => std::iter::once(object_of(&call.callee)).chain(all(&call.args)).collect(),
        },
        Expr::Bin(operation) => vec![&*operation.left, &*operation.right],
        Expr::Unary(one) => vec![&*one.arg],
        Expr::Update(one) => vec![&*one.arg],
        Expr::Await(one) => vec![&*one.arg],
        Expr::Yield(one) => one.arg.iter().map(|arg| &**arg).collect(),
        Expr::Cond(one) => vec![&*one.cons, &*one.alt, &*one.test],
        Expr::Assign(one) => match &one.left {
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) => vec![&*one.right, &*member.obj],
            _ => vec![&*one.right],
        },
        Expr::Array(array) => array.elems.iter().flatten().map(|one| &*one.expr).collect(),
        Expr::Object(object) => object.props.iter().filter_map(value).collect(),
        Expr::Tpl(template) => template.exprs.iter().map(|one| &**one).collect(),
        Expr::TaggedTpl(one) => std::iter::once(&*one.tag).chain(one.tpl.exprs.iter().map(|one| &**one)).collect(),
        Expr::Arrow(arrow) => match &*arrow.body {
            ArrowFunctionBody::Expr(value) => vec![&**value],
            ArrowFunctionBody::FunctionBody(_) => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// `a` of the callee `a.b`, else the callee itself.
fn object_of(callee: &Expr) -> &Expr {
    match callee {
        Expr::Member(member) => &member.obj,
        other => other,
    }
}

fn all(arguments: &[ExprOrSpread]) -> impl Iterator<Item = &Expr> {
    arguments.iter().map(|one| &*one.expr)
}

fn value(property: &PropOrSpread) -> Option<&Expr> {
    match property {
        PropOrSpread::Spread(spread) => Some(&*spread.expr),
        PropOrSpread::Prop(property) => match &**property {
            Prop::KeyValue(pair) => Some(&*pair.value),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::reduce::passes::tests::{all, each};
    use crate::triage::reduce::walk::EachNode;

    const PASS: EachNode<Subexpression> = EachNode(Subexpression);

    #[test]
    fn parts_stand_for_the_whole() {
        assert_eq!(each(&PASS, "f(a.b);"), ["f;", "a.b;", "f(a);"]);
        assert_eq!(each(&PASS, "t.find(a);"), ["t;", "a;"]);
        assert_eq!(
            each(&PASS, "x = a + (b ? c : d);"),
            ["a + (b ? c : d);", "x = a;", "x = b ? c : d;", "x = a + c;", "x = a + d;", "x = a + b;",]
        );
        assert_eq!(each(&PASS, "x = {a: 1};"), ["({ a: 1 });", "x = 1;"]);
        assert_eq!(all(&PASS, "f(g(h(a)));"), "f;");
    }
}
