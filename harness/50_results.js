// What the aggregation tests' own library offers: comparing result sets, and expecting the outcome of an expression.

/// Equal up to the order of keys, and of elements at every level; of `_id` only that both have one.
function anyEq(left, right, verbose, same) {
    if (isArray(left)) {
        return isArray(right) && arrayEq(left, right, verbose, same);
    }
    if (isPlainObject(left)) {
        return isPlainObject(right) && documentEq(left, right, verbose, same);
    }
    return same === undefined ? friendlyEqual(left, right) && isObject(left) === isObject(right) : same(left, right);
}

function documentEq(left, right, verbose, same) {
    const keys = objectKeys(left);
    return keys.length === objectKeys(right).length && !arraySome(keys, (key) =>
        !hasOwn(right, key) || (key !== "_id" && !anyEq(left[key], right[key], verbose, same)));
}

function arrayEq(left, right, verbose, same) {
    return isArray(left) && isArray(right) && sameMembers(left, right, (a, b) => anyEq(a, b, verbose, same));
}

function orderedArrayEq(left, right, verbose) {
    return left.length === right.length && !arraySome(left, (item, at) => !anyEq(item, right[at], verbose));
}

function resultsEq(left, right, verbose) {
    return arrayEq(left, right, verbose);
}

/// The one output of an expression over one document.
function outputOf(collection, expression, options) {
    collection.remove({});
    collection.insert({});
    const found = collection.aggregate([{ $project: { output: expression } }], options).toArray();
    assert.eq(found.length, 1, tojson(found));
    return found[0].output;
}

function testExpression(collection, expression, expected) {
    testExpressionWithCollation(collection, expression, expected, undefined);
}

function testExpressionWithCollation(collection, expression, expected, collation) {
    const output = outputOf(collection, expression, defined({ collation }));
    assert.eq(output, expected, tojson(expression));
}

/// Fails at once or, where the error comes with the results, when they are fetched.
function assertErrorCode(collection, pipeline, code, message, options) {
    const stages = isArray(pipeline) ? pipeline : [pipeline];
    const command = objectAssign({ pipeline: stages, cursor: { batchSize: 0 } }, options);
    const reply = collection.runCommand("aggregate", command);
    if (!isOk(reply)) {
        return assert.commandFailedWithCode(reply, code, message);
    }
    const cursor = new DBCommandCursor(collection.getDB(), reply);
    const error = assert.throws(() => cursor.itcount(), [], "expected error: " + tojson(code));
    assert.contains(plainNumberOf(error.code), isArray(code) ? code : [code], message);
    return error;
}

function assertErrMsgContains(collection, pipeline, code, text, message) {
    const error = assertErrorCode(collection, pipeline, code, message);
    assert.includes(String(error.errmsg === undefined ? error.message : error.errmsg), text, message);
}

function getListIndexesCursor(collection, options, batchSize) {
    return new DBCommandCursor(collection.getDB(), collection.runCommand("listIndexes", options), batchSize);
}

function getListCollectionsCursor(db, options, batchSize) {
    return new DBCommandCursor(db, db.runCommand("listCollections", options), batchSize);
}

expose({ anyEq, documentEq, arrayEq, orderedArrayEq, resultsEq, testExpression, testExpressionWithCollation,
         assertErrorCode, assertErrMsgContains, getListIndexesCursor, getListCollectionsCursor });
