//! What `--set-parameters` and `--storage-engine` add to a mongod's command line.

use serde_json::{Map, Value};

/// Parameters of a mongod, as resmoke takes them: a JSON object, one member a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    json: String,
    arguments: Vec<String>,
}

impl Parameters {
    /// Reads the object. Strings stand as they are, everything else as JSON.
    ///
    /// # Errors
    /// It is none, or a name is not one; the sentence says which.
    pub fn parse(json: &str) -> Result<Self, String> {
        let object: Map<String, Value> = serde_json::from_str(json)
            .map_err(|error| format!("no JSON object of parameters, as in '{{\"logLevel\": 1}}': {error}"))?;
        let mut arguments = Vec::new();
        for (name, value) in &object {
            if name.is_empty() || name.contains(['=', ' ']) {
                return Err(format!("'{name}' is no parameter's name"));
            }
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            arguments.extend(["--setParameter".to_owned(), format!("{name}={value}")]);
        }
        Ok(Self { json: json.to_owned(), arguments })
    }

    /// `--setParameter`, `NAME=VALUE`, ... in the object's order.
    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// What was parsed.
    pub fn json(&self) -> &str {
        &self.json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_stand_as_they_are_and_everything_else_as_json() {
        let json = r#"{"logLevel": 1, "featureFlagX": true, "name": "a b", "failpoint.x": {"mode": "alwaysOn"}}"#;
        let mut arguments = Parameters::parse(json).unwrap().arguments().to_vec();
        arguments.retain(|argument| argument != "--setParameter");
        arguments.sort();
        assert_eq!(arguments, ["failpoint.x={\"mode\":\"alwaysOn\"}", "featureFlagX=true", "logLevel=1", "name=a b"]);
    }

    #[test]
    fn what_is_no_object_of_parameters_is_told_in_one_sentence() {
        for json in ["", "1", "[]", "{a: 1}", r#"{"": 1}"#, r#"{"a=b": 1}"#] {
            let error = Parameters::parse(json).unwrap_err();
            assert!(!error.contains('\n') && error.contains("parameter"), "{error}");
        }
    }
}
