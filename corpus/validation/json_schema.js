// Needs: validators and $jsonSchema (lacking in ferretdb).
// Documents that a $jsonSchema refuses with 121, and $jsonSchema as a query.
(function() {
    "use strict";
    const t = db.validation_json_schema;
    t.drop();
    const schema = {
        bsonType: "object",
        required: ["name", "age"],
        properties: {
            name: {bsonType: "string", minLength: 2, maxLength: 10, pattern: "^[A-Z]"},
            age: {bsonType: ["int", "double"], minimum: 0, maximum: 150, exclusiveMaximum: true},
            mail: {anyOf: [{bsonType: "null"}, {bsonType: "string"}]},
            langs: {bsonType: "array", minItems: 1, maxItems: 3, uniqueItems: true, items: {enum: ["de", "en", "fr", "it"]}},
            home: {bsonType: "object", required: ["zip"], properties: {zip: {bsonType: "int"}}, additionalProperties: false}
        }
    };
    assert.commandWorked(db.createCollection(t.getName(), {validator: {$jsonSchema: schema}, validationLevel: "strict", validationAction: "error"}));
    assert.eq(db.getCollectionInfos({name: t.getName()})[0].options.validationAction, "error");
    const good = {_id: 1, name: "Ada", age: 36, mail: null, langs: ["en", "fr"], home: {zip: NumberInt(12345)}};
    assert.writeOK(t.insert(good));
    const broken = {
        name: [5, "A", "Abcdefghijkl", "ada"],
        age: ["36", -1, 150, NumberLong(3)],
        mail: [7],
        langs: [[], ["de", "de"], ["xx"], ["de", "en", "fr", "it"], "en"],
        home: [{}, {zip: "12345"}, {zip: NumberInt(1), street: "x"}]
    };
    for (const field of Object.keys(broken)) {
        for (const value of broken[field]) {
            const doc = Object.extend({}, good);
            doc._id = "bad";
            doc[field] = value;
            assert.writeErrorWithCode(t.insert(doc), 121, tojson(doc));
        }
    }
    assert.writeErrorWithCode(t.insert({_id: "bad", name: "Bob"}), 121);
    assert.writeErrorWithCode(t.update({_id: 1}, {$unset: {age: 1}}), 121);
    assert.writeErrorWithCode(t.update({_id: 1}, {$push: {langs: "fr"}}), 121);
    assert.writeErrorWithCode(t.update({_id: 2}, {$set: {name: "Eve"}}, {upsert: true}), 121);
    assert.writeOK(t.update({_id: 1}, {$push: {langs: "it"}, $inc: {age: 1}}));
    assert.commandFailedWithCode(t.runCommand("findAndModify", {query: {_id: 1}, update: {$set: {age: 200}}}), 121);
    const many = t.runCommand("insert", {documents: [{_id: 10, name: "Tom", age: 1}, {_id: 11}, {_id: 12, name: "Tim", age: 2}], ordered: false});
    assert.eq([many.n, many.writeErrors.length, many.writeErrors[0].code], [2, 1, 121]);
    assert.commandWorked(t.runCommand("insert", {documents: [{_id: 13, odd: true}], bypassDocumentValidation: true}));
    assert.eq(t.find({$jsonSchema: schema}).itcount(), 3);
    assert.eq(t.find({$nor: [{$jsonSchema: schema}]}).toArray(), [{_id: 13, odd: true}]);
    assert.eq(t.find({$jsonSchema: {}}).itcount(), 4);
    assert.eq(t.count({$jsonSchema: {not: {required: ["name"]}}}), 1);
    assert.throws(() => t.find({$jsonSchema: 5}).itcount());
    assert.throws(() => t.find({$jsonSchema: {bsonType: "blob"}}).itcount());
    assert.throws(() => t.find({$jsonSchema: {required: []}}).itcount());
    assert.throws(() => t.find({$jsonSchema: {noSuchKeyword: 1}}).itcount());
    assert.throws(() => t.find({$jsonSchema: {properties: {a: {minimum: "x"}}}}).itcount());
}());
