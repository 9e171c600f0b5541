//! Text from a script, whatever it is made of.

use rquickjs::{Ctx, FromJs, Result, Value};

use crate::shell::embedded::bson_crossing;

/// A value as text: what is no string is made one, and halves of surrogates are replaced. JavaScript's strings may hold
/// them, Rust's may not, and a script that prints one has done nothing wrong.
pub struct Text(pub String);

impl<'js> FromJs<'js> for Text {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        bson_crossing::lossy_text(ctx, &value).map(Self)
    }
}
