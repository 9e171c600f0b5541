//! Parameters that `getParameter` shows and `setParameter` changes. They are kept; few have an effect here.

use super::errors::{CommandError, code};
use crate::bson;
use crate::wire::bson::{Bson, Document};
use parking_lot::RwLock;
use std::collections::BTreeMap;

/// Names and values at start.
#[derive(Debug)]
pub struct Parameters(RwLock<BTreeMap<&'static str, Bson>>);

impl Default for Parameters {
    fn default() -> Self {
        let start = [
            ("cursorTimeoutMillis", Bson::Int64(600_000)),
            ("enableTestCommands", bson!(true)),
            ("featureCompatibilityVersion", bson!({ "version": "7.0" })),
            ("internalQueryExecMaxBlockingSortBytes", bson!(104_857_600)),
            ("internalQueryExecYieldIterations", bson!(1000)),
            ("internalQueryExecYieldPeriodMS", bson!(10)),
            ("internalQueryFrameworkControl", bson!("forceClassicEngine")),
            ("internalQueryPlannerMaxIndexedSolutions", bson!(64)),
            ("internalQueryPlanEvaluationWorks", bson!(10_000)),
            ("internalQueryMaxBlockingSortMemoryUsageBytes", bson!(104_857_600)),
            ("internalDocumentSourceCursorBatchSizeBytes", bson!(4_194_304)),
            ("internalLookupStageIntermediateDocumentMaxSizeBytes", bson!(104_857_600)),
            ("internalInsertMaxBatchSize", bson!(500)),
            ("logLevel", bson!(0)),
            ("logComponentVerbosity", bson!({ "verbosity": 0 })),
            ("maxBSONDepth", bson!(200)),
            ("notablescan", bson!(false)),
            ("quiet", bson!(false)),
            ("scramIterationCount", bson!(10_000)),
            ("scramSHA256IterationCount", bson!(15_000)),
            ("syncdelay", bson!(60.0)),
            ("traceExceptions", bson!(false)),
            ("transactionLifetimeLimitSeconds", bson!(60)),
            ("ttlMonitorEnabled", bson!(true)),
            ("ttlMonitorSleepSecs", bson!(60)),
            ("wiredTigerConcurrentReadTransactions", bson!(128)),
            ("wiredTigerConcurrentWriteTransactions", bson!(128)),
            ("wiredTigerEngineRuntimeConfig", bson!("")),
        ];
        Self(RwLock::new(start.into_iter().collect()))
    }
}

impl Parameters {
    /// The value of one parameter.
    pub fn get(&self, name: &str) -> Option<Bson> {
        self.0.read().get(name).cloned()
    }

    /// All of them, by name.
    pub fn all(&self) -> Document {
        self.0.read().iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    /// Gives a parameter another value and returns the one it had.
    ///
    /// # Errors
    /// 72 for an unknown name, 2 for a value of another kind.
    pub fn set(&self, name: &str, value: &Bson) -> Result<Bson, CommandError> {
        let mut values = self.0.write();
        let Some(slot) = values.get_mut(name) else {
            let text = format!("attempted to set unrecognized parameter [{name}], use help:true to see options ");
            return Err(CommandError::new(code::INVALID_OPTIONS, text));
        };
        if name == "featureCompatibilityVersion" {
            let text = "Use setFeatureCompatibilityVersion instead of setParameter";
            return Err(CommandError::new(code::ILLEGAL_OPERATION, text));
        }
        let value = coerce(name, slot, value)?;
        Ok(std::mem::replace(slot, value))
    }
}

fn coerce(name: &str, old: &Bson, new: &Bson) -> Result<Bson, CommandError> {
    let wrong = |kind: &str| {
        let text = format!("Invalid value for parameter {name}: {} is not a {kind}", super::render::value(new));
        CommandError::new(code::BAD_VALUE, text)
    };
    match old {
        Bson::Boolean(_) => new.as_flag().map(Bson::Boolean).ok_or_else(|| wrong("boolean")),
        Bson::Int32(_) | Bson::Int64(_) => match new.as_f64() {
            Some(number) if (0.0..=2_147_483_647.0).contains(&number) => Ok(Bson::Int32(number as i32)),
            _ => Err(wrong("number from 0 to 2147483647")),
        },
        Bson::Double(_) => {
            new.as_f64().filter(|number| number.is_finite()).map(Bson::Double).ok_or_else(|| wrong("number"))
        }
        Bson::String(_) => new.as_str().map(Bson::from).ok_or_else(|| wrong("string")),
        _ => new.as_document().map(|document| Bson::Document(document.clone())).ok_or_else(|| wrong("object")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_keeps_its_kind() {
        let parameters = Parameters::default();
        assert_eq!(parameters.set("notablescan", &Bson::Int32(1)), Ok(Bson::Boolean(false)));
        assert_eq!(parameters.get("notablescan"), Some(Bson::Boolean(true)));
        assert_eq!(parameters.set("ttlMonitorSleepSecs", &Bson::Double(f64::NAN)).unwrap_err().code, 2);
        assert_eq!(parameters.set("nope", &Bson::Null).unwrap_err().code, 72);
    }
}
