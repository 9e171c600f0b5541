//! What a native asks of its arguments before it begins.

use rquickjs::function::{FromParam, ParamRequirement, ParamsAccessor};
use rquickjs::{Ctx, Exception, FromJs, Result, Value};

use crate::shell::embedded::bson_crossing;

/// The context, for a native that costs time: it is not begun once the file's time is over.
pub struct InTime<'js>(pub Ctx<'js>);

impl<'js> FromParam<'js> for InTime<'js> {
    fn param_requirement() -> ParamRequirement {
        ParamRequirement::none()
    }

    fn from_param<'a>(params: &mut ParamsAccessor<'a, 'js>) -> Result<Self> {
        bson_crossing::in_time(params.ctx()).map(|()| Self(params.ctx().clone()))
    }
}

/// The number of something open: a whole one. Others stand for nothing, and are not rounded to a neighbour's.
pub struct Handle(pub u32);

impl<'js> FromJs<'js> for Handle {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let number = value.as_number().and_then(bson_crossing::whole);
        number.map(Self).ok_or_else(|| Exception::throw_type(ctx, "a whole number from 0 up is needed here"))
    }
}
