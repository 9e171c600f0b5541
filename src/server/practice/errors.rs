//! Errors as a client sees them: a code, its name, a text, and fields beside them.

use crate::doc;
use crate::wire::bson::Document;
use std::sync::LazyLock;

/// `code,name` lines of every code that has a name of its own.
const TABLE: &str = include_str!("error_codes.csv");

static NAMES: LazyLock<Vec<(i32, &'static str)>> = LazyLock::new(|| {
    let rows = TABLE.lines().skip(1).filter_map(|row| row.split_once(','));
    rows.filter_map(|(code, name)| Some((code.parse().ok()?, name))).collect()
});

/// Why a command, a write of a batch or an expression failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{} ({code}): {message}", self.code_name())]
pub struct CommandError {
    /// The number in `code`; one without a name of its own is a "location".
    pub code: i32,
    /// The text in `errmsg`.
    pub message: String,
    /// Fields that stand beside them, such as `keyPattern` of a duplicate key.
    pub extra: Option<Box<Document>>,
}

impl CommandError {
    /// An error of one of the [`code`]s or of a location number.
    pub fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), extra: None }
    }

    /// The same error with fields beside it.
    #[must_use]
    pub fn with(mut self, extra: Document) -> Self {
        self.extra = Some(Box::new(extra));
        self
    }

    /// The same error, its text led in by `context` and a colon.
    #[must_use]
    pub fn context(mut self, context: &str) -> Self {
        self.message = format!("{context} :: caused by :: {}", self.message);
        self
    }

    /// The name in `codeName`.
    pub fn code_name(&self) -> String {
        code_name(self.code)
    }

    /// The whole reply of a command that failed this way.
    pub fn to_reply(&self) -> Document {
        let mut reply = doc! {
            "ok": 0.0,
            "errmsg": (self.message.as_str()),
            "code": (self.code),
            "codeName": (self.code_name()),
        };
        for (key, value) in self.extra.iter().flat_map(|extra| extra.iter()) {
            reply.push(key, value.clone());
        }
        reply
    }
}

/// The name of a code: that of the table, else `Location` and the number.
pub fn code_name(code: i32) -> String {
    match NAMES.iter().find(|(known, _)| *known == code) {
        Some((_, name)) => (*name).to_owned(),
        None => format!("Location{code}"),
    }
}

macro_rules! codes {
    ($($name:ident = $number:literal;)*) => {
        /// Codes by name, those of the table that this server gives.
        pub mod code {
            $(#[doc = concat!("Code ", $number, ".")] pub const $name: i32 = $number;)*
        }
        #[cfg(test)]
        const USED: &[(&str, i32)] = &[$((stringify!($name), $number)),*];
    };
}

codes! {
    INTERNAL_ERROR = 1;
    BAD_VALUE = 2;
    NO_SUCH_KEY = 4;
    GRAPH_CONTAINS_CYCLE = 5;
    HOST_UNREACHABLE = 6;
    UNKNOWN_ERROR = 8;
    FAILED_TO_PARSE = 9;
    UNAUTHORIZED = 13;
    TYPE_MISMATCH = 14;
    OVERFLOW = 15;
    INVALID_LENGTH = 16;
    PROTOCOL_ERROR = 17;
    ILLEGAL_OPERATION = 20;
    ALREADY_INITIALIZED = 23;
    INVALID_BSON = 22;
    LOCK_TIMEOUT = 24;
    NAMESPACE_NOT_FOUND = 26;
    INDEX_NOT_FOUND = 27;
    PATH_NOT_VIABLE = 28;
    NON_EXISTENT_PATH = 29;
    CANNOT_BACKFILL_ARRAY = 34;
    CONFLICTING_UPDATE_OPERATORS = 40;
    CURSOR_NOT_FOUND = 43;
    NAMESPACE_EXISTS = 48;
    MAX_TIME_MS_EXPIRED = 50;
    DOLLAR_PREFIXED_FIELD_NAME = 52;
    INVALID_ID_FIELD = 53;
    NOT_SINGLE_VALUE_FIELD = 54;
    INVALID_DB_REF = 55;
    EMPTY_FIELD_NAME = 56;
    DOTTED_FIELD_NAME = 57;
    COMMAND_NOT_FOUND = 59;
    IMMUTABLE_FIELD = 66;
    CANNOT_CREATE_INDEX = 67;
    INDEX_ALREADY_EXISTS = 68;
    SHARD_NOT_FOUND = 70;
    INVALID_OPTIONS = 72;
    INVALID_NAMESPACE = 73;
    NODE_NOT_FOUND = 74;
    NO_REPLICATION_ENABLED = 76;
    INDEX_OPTIONS_CONFLICT = 85;
    INDEX_KEY_SPECS_CONFLICT = 86;
    INVALID_REPLICA_SET_CONFIG = 93;
    NOT_YET_INITIALIZED = 94;
    OPERATION_FAILED = 96;
    OPLOG_START_MISSING = 120;
    COMMAND_NOT_SUPPORTED = 115;
    DOCUMENT_VALIDATION_FAILURE = 121;
    NOT_A_REPLICA_SET = 123;
    COMMAND_FAILED = 125;
    CAPPED_POSITION_LOST = 136;
    JS_INTERPRETER_FAILURE = 139;
    CURSOR_IN_USE = 143;
    EXCEEDED_MEMORY_LIMIT = 146;
    VIEW_DEPTH_LIMIT_EXCEEDED = 165;
    COMMAND_NOT_SUPPORTED_ON_VIEW = 166;
    OPTION_NOT_SUPPORTED_ON_VIEW = 167;
    INVALID_PIPELINE_OPERATOR = 168;
    CANNOT_INDEX_PARALLEL_ARRAYS = 171;
    QUERY_PLAN_KILLED = 175;
    AMBIGUOUS_INDEX_KEY_PATTERN = 181;
    INVALID_VIEW_DEFINITION = 182;
    INVALID_INDEX_SPECIFICATION_OPTION = 197;
    INVALID_UUID = 207;
    ILLEGAL_OP_MSG_FLAG = 223;
    QUERY_FEATURE_NOT_ALLOWED = 224;
    MAX_SUB_PIPELINE_DEPTH_EXCEEDED = 232;
    CURSOR_KILLED = 237;
    NOT_IMPLEMENTED = 238;
    CONVERSION_FAILURE = 241;
    NO_SUCH_TRANSACTION = 251;
    OPERATION_NOT_SUPPORTED_IN_TRANSACTION = 263;
    NOT_MASTER = 10107;
    BSON_OBJECT_TOO_LARGE = 10334;
    DUPLICATE_KEY = 11000;
    INTERRUPTED = 11601;
    NOT_MASTER_NO_SLAVE_OK = 13435;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_used_has_its_number_in_the_table() {
        let plain = |name: &str| name.replace('_', "").to_ascii_uppercase();
        for (name, number) in USED {
            assert_eq!(plain(&code_name(*number)), plain(name));
        }
    }

    #[test]
    fn a_number_without_a_name_is_a_location() {
        let reply = CommandError::new(40415, "unknown field").with(doc! { "x": 1 }).to_reply();
        let wanted = doc! { "ok": 0.0, "errmsg": "unknown field", "code": 40415, "codeName": "Location40415", "x": 1 };
        assert_eq!(reply, wanted);
    }
}
