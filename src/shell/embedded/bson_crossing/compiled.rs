//! Scripts to bytecode and back.

use std::ffi::{CString, c_int};

use rquickjs::{Ctx, qjs};

use super::Owned;

/// Compiles a script to bytecode, or `None` if it does not compile. The bytes are only valid for this very build.
pub fn compile(ctx: &Ctx<'_>, source: &str, name: &str) -> Option<Vec<u8>> {
    let raw = ctx.as_raw().as_ptr();
    let (text, name) = (CString::new(source).ok()?, CString::new(name).ok()?);
    let flags = (qjs::JS_EVAL_TYPE_GLOBAL | qjs::JS_EVAL_FLAG_COMPILE_ONLY) as c_int;
    // SAFETY: both strings end with NUL and outlive the call; the bytes are copied before the engine's are freed.
    unsafe {
        let function = Owned::new(raw, qjs::JS_Eval(raw, text.as_ptr(), source.len() as _, name.as_ptr(), flags));
        if qjs::JS_IsException(function.value) {
            return None;
        }
        let mut length = 0;
        // Nobody prints the source of the harness's functions, and every context would keep a copy.
        let flags = (qjs::JS_WRITE_OBJ_BYTECODE | qjs::JS_WRITE_OBJ_STRIP_SOURCE) as c_int;
        let bytes = qjs::JS_WriteObject(raw, &mut length, function.value, flags);
        if bytes.is_null() {
            return None;
        }
        let copy = std::slice::from_raw_parts(bytes, length as usize).to_vec();
        qjs::js_free(raw, bytes.cast());
        Some(copy)
    }
}

/// Runs bytecode of [`compile`]; false if it threw.
pub fn run_bytecode(ctx: &Ctx<'_>, bytecode: &[u8]) -> bool {
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: the bytes come from `compile`, in this process or in the parent, which is the same executable.
    unsafe {
        let flags = qjs::JS_READ_OBJ_BYTECODE as c_int;
        let function = qjs::JS_ReadObject(raw, bytecode.as_ptr(), bytecode.len() as _, flags);
        if qjs::JS_IsException(function) {
            return false;
        }
        // JS_EvalFunction takes the function over.
        !qjs::JS_IsException(Owned::new(raw, qjs::JS_EvalFunction(raw, function)).value)
    }
}
