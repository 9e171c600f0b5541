// Makes files from the same corpus with acorn and escodegen: parse, one substitution a top-level statement, print.
//   node making.js CORPUS SETS FILES_IN_A_SET once|anew OUT
// "once" parses each corpus file once, as we do; "anew" parses it again for every set it is drawn into.
'use strict';
const fs = require('fs');
const path = require('path');
const acorn = require('acorn');
const escodegen = require('escodegen');

const [corpus, sets, size, when, out] = process.argv.slice(2);

function parse(text) {
    const options = {ecmaVersion: 'latest', allowReturnOutsideFunction: true};
    try {
        return acorn.parse(text, {...options, sourceType: 'script'});
    } catch (error) {
        return acorn.parse(text, {...options, sourceType: 'module', allowAwaitOutsideFunction: true});
    }
}

function load(folder) {
    const names = fs.readdirSync(folder, {recursive: true}).filter(name => name.endsWith('.js')).sort();
    const texts = names.map(name => fs.readFileSync(path.join(folder, name), 'utf8'));
    return texts.map(text => ({text, program: when === 'once' ? parse(text) : null}));
}

// A small generator with a state of 32 bits (mulberry32): the same draws in every run.
function dice(state) {
    return bound => {
        state = (state + 0x6D2B79F5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
    };
}

function draw(files, below) {
    const left = files.slice();
    const drawn = [];
    while (drawn.length < size && left.length > 0) {
        drawn.push(...left.splice(below(left.length), 1));
    }
    return drawn;
}

// Literals that stand as values: what a substitution may replace.
function literals(node, found) {
    for (const key in node) {
        const child = node[key];
        if (child === null || typeof child !== 'object' || child instanceof RegExp) continue;
        if (child.type === 'Literal' && key !== 'key' && key !== 'expression') {
            found.push([node, key]);
        } else {
            literals(child, found);
        }
    }
    return found;
}

// Substitutes in place and takes it back afterwards, which costs less than a copy of the tree.
function substitute(program, offered, below) {
    const changed = [];
    for (const statement of program.body) {
        const sites = literals(statement, []);
        if (sites.length === 0) continue;
        const [parent, key] = sites[below(sites.length)];
        changed.push([parent, key, parent[key]]);
        parent[key] = offered[below(offered.length)];
    }
    return changed;
}

function make(set, offered, below) {
    let text = '';
    for (const file of set) {
        const program = file.program || parse(file.text);
        statements += program.body.length;
        const changed = substitute(program, offered, below);
        text += escodegen.generate(program) + '\n';
        for (const [parent, key, before] of changed) parent[key] = before;
    }
    return text;
}

const files = load(corpus);
const below = dice(1);
const offered = files.flatMap(file => literals(file.program || parse(file.text), [])).map(([parent, key]) => parent[key]);
let statements = 0;
let bytes = 0;
for (let index = 0; index < Number(sets); index++) {
    const text = make(draw(files, below), offered, below);
    fs.writeFileSync(path.join(out, `peer-${index}.js`), text);
    bytes += text.length;
}
console.log(`${sets} files, ${statements} statements, ${bytes} bytes`);
