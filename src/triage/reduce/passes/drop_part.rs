//! Leaves out an argument, a parameter, an element, a key, a stage of a pipeline, a variable, a member.

use std::mem;

use crate::js::ast::{Callee, Expr, ObjectPatProp, OptChainBase, Pat};
use crate::triage::reduce::walk::{Local, Node};

/// See the module.
pub struct DropPart;

impl Local for DropPart {
    fn name(&self) -> &'static str {
        "drop-part"
    }

    fn options(&self, node: &Node<'_>) -> usize {
        match node {
            Node::Expression(expression, _) => parts(expression),
            Node::Function(function) => function.params.len(),
            Node::Arrow(arrow) => arrow.params.len(),
            Node::Class(class) => class.body.len(),
            Node::Variables(variables) => of_variables(variables.decls.len(), patterns(variables)),
            _ => 0,
        }
    }

    fn apply(&self, node: &mut Node<'_>, chosen: &[usize]) {
        match node {
            Node::Expression(expression, _) => leave_out(expression, chosen),
            Node::Function(function) => without(&mut function.params, chosen),
            Node::Arrow(arrow) => without(&mut arrow.params, chosen),
            Node::Class(class) => without(&mut class.body, chosen),
            Node::Variables(variables) => {
                let own = if variables.decls.len() > 1 { variables.decls.len() } else { 0 };
                let mut first = own;
                for declarator in &mut variables.decls {
                    let size = pattern_parts(&declarator.name);
                    let inside: Vec<usize> =
                        chosen.iter().filter_map(|at| at.checked_sub(first)).filter(|at| *at < size).collect();
                    leave_out_of_pattern(&mut declarator.name, &inside);
                    first += size;
                }
                let whole: Vec<usize> = chosen.iter().copied().filter(|at| *at < own).collect();
                // All of them together are a statement, and that is another pass's.
                if whole.len() < variables.decls.len() {
                    without(&mut variables.decls, &whole);
                }
            }
            _ => {}
        }
    }
}

fn of_variables(declarators: usize, patterns: usize) -> usize {
    patterns + if declarators > 1 { declarators } else { 0 }
}

fn patterns(variables: &crate::js::ast::VarDecl) -> usize {
    variables.decls.iter().map(|declarator| pattern_parts(&declarator.name)).sum()
}

fn pattern_parts(pattern: &Pat) -> usize {
    match pattern {
        Pat::Array(array) => array.elems.len(),
        Pat::Object(object) => object.props.len(),
        _ => 0,
    }
}

fn leave_out_of_pattern(pattern: &mut Pat, chosen: &[usize]) {
    match pattern {
        Pat::Array(array) => without(&mut array.elems, chosen),
        // What is left of `...rest` would be more than before.
        Pat::Object(object) if !object.props.iter().any(|one| matches!(one, ObjectPatProp::Rest(_))) => {
            without(&mut object.props, chosen);
        }
        _ => {}
    }
}

fn parts(expression: &Expr) -> usize {
    match expression {
        Expr::Call(call) if !matches!(call.callee, Callee::Import(_)) => call.args.len(),
        Expr::New(new) => new.args.as_ref().map_or(0, Vec::len),
        Expr::Array(array) => array.elems.len(),
        Expr::Object(object) => object.props.len(),
        Expr::Seq(sequence) => sequence.exprs.len(),
        Expr::OptChain(chain) => match &*chain.base {
            OptChainBase::Call(call) => call.args.len(),
            OptChainBase::Member(_) => 0,
        },
        _ => 0,
    }
}

fn leave_out(expression: &mut Expr, chosen: &[usize]) {
    match expression {
        Expr::Call(call) => without(&mut call.args, chosen),
        Expr::New(new) => new.args.iter_mut().for_each(|arguments| without(arguments, chosen)),
        Expr::Array(array) => without(&mut array.elems, chosen),
        Expr::Object(object) => without(&mut object.props, chosen),
        Expr::Seq(sequence) => {
            // Something has to be the value.
            let all_but_last = &chosen[..chosen.len().min(sequence.exprs.len() - 1)];
            without(&mut sequence.exprs, all_but_last);
            if let [only] = sequence.exprs.as_mut_slice() {
                *expression = mem::take(only);
            }
        }
        Expr::OptChain(chain) => {
            if let OptChainBase::Call(call) = &mut *chain.base {
                without(&mut call.args, chosen);
            }
        }
        _ => {}
    }
}

fn without<T>(list: &mut Vec<T>, chosen: &[usize]) {
    let mut at = 0..;
    list.retain(|_| at.next().is_some_and(|at| chosen.binary_search(&at).is_err()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::reduce::passes::tests::{all, each};
    use crate::triage::reduce::walk::EachNode;

    const PASS: EachNode<DropPart> = EachNode(DropPart);

    #[test]
    fn parts_go_one_by_one() {
        assert_eq!(each(&PASS, "f(1, [2, 3]);"), ["f([ 2, 3 ]);", "f(1);", "f(1, [ 3 ]);", "f(1, [ 2 ]);"]);
        assert_eq!(each(&PASS, "var a, {b, c} = d;").len(), 4);
        assert_eq!(each(&PASS, "(a => b);"), ["()=>b;"]);
        assert_eq!(each(&PASS, "new A(1);"), ["new A();"]);
        assert_eq!(each(&PASS, "a, b;"), ["b;", "a;"]);
    }

    #[test]
    fn all_parts_together_leave_the_whole() {
        assert_eq!(all(&PASS, "t.aggregate([{$match: {a: 1}}, {$sort: {b: 1}}], {c: 1});"), "t.aggregate();");
        assert_eq!(all(&PASS, "a, b;"), "b;");
    }
}
