// `import`, `export` and top-level await in the script's context. Modules come from the folders that `load()` may read.
"use strict";
const path = require("path");
const vm = require("vm");

/// `found` gives `[real path, text]` of a name below the corpus, or throws.
exports.makeModules = function (context, job, found) {
    const known = new Map();

    function made(identifier, text) {
        return new vm.SourceTextModule(text, { context, identifier, importModuleDynamically: imported });
    }

    /// `./x.js` and `../x.js` are beside the module that asks; other names are below the corpus.
    function place(name, referrer) {
        const beside = name.startsWith("./") || name.startsWith("../");
        const base = referrer === job.name || referrer === undefined ? job.path : referrer;
        return beside ? path.resolve(path.dirname(base), name) : name;
    }

    function linked(name, referrer) {
        const [file, text] = found(place(name, referrer.identifier));
        if (!known.has(file)) {
            known.set(file, made(file, text));
        }
        return known.get(file);
    }

    async function imported(name, referrer) {
        return evaluated(linked(name, referrer));
    }

    async function evaluated(one) {
        if (one.status === "unlinked") {
            await one.link(linked);
        }
        await one.evaluate();
        return one;
    }

    /// Parses the job's text: a text that is no program throws here.
    return { parse: (text) => made(job.name, text), evaluated };
};
