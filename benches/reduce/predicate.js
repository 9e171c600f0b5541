#!/usr/bin/env node
// Whether a script still has the calls that it needs: `predicate.js FILE`, status 0 if so. $NEEDED is a list of
// {collection, method, key}: a call of that method on `db.collection`, or on a variable that is bound to it, whose first
// argument is an object with that key. Each run adds a byte to the file $COUNT.
// `predicate.js --size FILE` prints how many bytes the script has in escodegen's most compact form.
'use strict';
const fs = require('fs');
const acorn = require('acorn');

function parse(path) {
    return acorn.parse(fs.readFileSync(path, 'utf8'), {ecmaVersion: 'latest', sourceType: 'script'});
}

function walk(node, visit) {
    if (Array.isArray(node)) {
        node.forEach(one => walk(one, visit));
    } else if (node && typeof node.type === 'string') {
        visit(node);
        Object.keys(node).forEach(key => walk(node[key], visit));
    }
}

// The name of `db.name`, directly or through a variable.
function collection(node, bound) {
    if (node.type === 'Identifier') {
        return bound.get(node.name);
    }
    const ofDb = node.type === 'MemberExpression' && node.object.type === 'Identifier' && node.object.name === 'db';
    if (!ofDb) {
        return undefined;
    }
    return node.computed ? node.property.value : node.property.name;
}

function hasKey(argument, key) {
    if (!argument || argument.type !== 'ObjectExpression') {
        return false;
    }
    return argument.properties.some(one => one.key && (one.key.name === key || one.key.value === key));
}

function interesting(program, needed) {
    const bound = new Map();
    walk(program, node => {
        if (node.type === 'VariableDeclarator' && node.init && node.id.type === 'Identifier') {
            const name = collection(node.init, new Map());
            if (name) {
                bound.set(node.id.name, name);
            }
        }
    });
    const missing = new Set(needed);
    walk(program, node => {
        if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') {
            return;
        }
        const name = collection(node.callee.object, bound);
        const method = node.callee.property.name;
        for (const one of missing) {
            if (one.collection === name && one.method === method && hasKey(node.arguments[0], one.key)) {
                missing.delete(one);
            }
        }
    });
    return missing.size === 0;
}

if (process.argv[2] === '--size') {
    const text = require('escodegen').generate(parse(process.argv[3]), {format: {compact: true, semicolons: false}});
    console.log(Buffer.byteLength(text));
} else {
    fs.appendFileSync(process.env.COUNT, '.');
    let holds = false;
    try {
        holds = interesting(parse(process.argv[2]), JSON.parse(process.env.NEEDED));
    } catch (error) {
        // No script.
    }
    process.exit(holds ? 0 : 1);
}
