//! Classes and functions that cost little to call.
//!
//! What napi-rs generates for a method checks a type tag and keeps books of borrows under a lock
//! that all threads share, which makes up most of a short call. These do without: arguments are
//! read where they are used, and [`RefCell`](std::cell::RefCell)s watch over the borrows. A method
//! of a class has V8 check its receiver and look up the native part; a bound function knows it.

use std::ffi::{CStr, c_void};
use std::rc::Rc;
use std::{ptr, slice};

use napi::bindgen_prelude::{FromNapiValue, Object, TypedArrayType, Unknown};
use napi::{Env, JsError, Result, Status, sys};

use super::arrays::Span;
use crate::node::guard::{entry, error, run};

/// A native type with a JavaScript class of its own. The collector ends its instances, on the
/// thread that made them.
pub(in crate::node) trait Class: Sized + 'static {
    /// The name of the class.
    const NAME: &'static CStr;

    /// Its methods.
    const METHODS: &'static [Method<Self>];

    /// What `new` does.
    fn construct(arguments: &mut Arguments) -> Result<Self>;
}

/// One method of a class, or one function that is bound to a `T`.
pub(in crate::node) struct Method<T> {
    name: &'static CStr,
    body: fn(&T, &mut Arguments) -> Result<Answer>,
}

impl<T> Method<T> {
    pub(in crate::node) const fn new(
        name: &'static CStr,
        body: fn(&T, &mut Arguments) -> Result<Answer>,
    ) -> Self {
        Self { name, body }
    }
}

/// What a method returns.
#[derive(Debug)]
pub(in crate::node) enum Answer {
    Undefined,
    Bool(bool),
    Int(i32),
    Number(f64),
    /// A string.
    Text(String),
    /// A Buffer with a copy.
    Octets(Vec<u8>),
}

impl From<()> for Answer {
    fn from((): ()) -> Self {
        Self::Undefined
    }
}

impl From<bool> for Answer {
    fn from(answer: bool) -> Self {
        Self::Bool(answer)
    }
}

impl From<i32> for Answer {
    fn from(answer: i32) -> Self {
        Self::Int(answer)
    }
}

impl From<u32> for Answer {
    fn from(answer: u32) -> Self {
        i32::try_from(answer).map_or(Self::Number(answer.into()), Self::Int)
    }
}

impl From<f64> for Answer {
    fn from(answer: f64) -> Self {
        Self::Number(answer)
    }
}

/// The most arguments that a method or constructor takes.
const MAX_ARGUMENTS: usize = 4;

/// Buffers and words to read, and octets to write.
pub(in crate::node) type Gathered<'a> = (Vec<&'a [u8]>, &'a [i32], &'a mut [u8]);

/// The arguments of the call under way; those that were not given are `undefined`.
pub(in crate::node) struct Arguments {
    env: sys::napi_env,
    this: sys::napi_value,
    values: [sys::napi_value; MAX_ARGUMENTS],
}

impl Arguments {
    pub(in crate::node) fn i32(&self, n: usize) -> Result<i32> {
        let mut number = 0;
        // SAFETY: the environment and the value are those of the call under way.
        let status = unsafe { sys::napi_get_value_int32(self.env, self.values[n], &mut number) };
        expect(status, "a number was expected").map(|()| number)
    }

    pub(in crate::node) fn u32(&self, n: usize) -> Result<u32> {
        u32::try_from(self.i32(n)?).map_err(|_| error("a number below 2^31 was expected"))
    }

    /// The octets of a `Uint8Array`.
    pub(in crate::node) fn octets(&self, n: usize) -> Result<&[u8]> {
        let (data, length) = self.array(n, TypedArrayType::Uint8)?;
        if length == 0 {
            return Ok(&[]);
        }
        // SAFETY: the array was given with the call, which keeps it alive; it was just looked up,
        // and the slice borrows from the arguments, so that no JavaScript runs before it is gone.
        // The callers check that it overlaps no array of the bridge.
        Ok(unsafe { slice::from_raw_parts(data.cast(), length) })
    }

    /// The octets of a `Uint8Array`, to be written.
    pub(in crate::node) fn octets_mut(&mut self, n: usize) -> Result<&mut [u8]> {
        let (data, length) = self.array(n, TypedArrayType::Uint8)?;
        if length == 0 {
            return Ok(&mut []);
        }
        // SAFETY: as in `octets`; the unique borrow of the arguments makes it the only slice.
        Ok(unsafe { slice::from_raw_parts_mut(data.cast(), length) })
    }

    /// The octets of each `Uint8Array` of an array, the words of an `Int32Array`, and the octets of
    /// another `Uint8Array`, to be written.
    pub(in crate::node) fn buffers_words_and_out(
        &mut self,
        buffers: usize,
        words: usize,
        out: usize,
    ) -> Result<Gathered<'_>> {
        let buffers = self.elements(buffers)?;
        let (words, words_length) = self.array(words, TypedArrayType::Int32)?;
        let (out, out_length) = self.array(out, TypedArrayType::Uint8)?;
        if words_length == 0 || out_length == 0 {
            return Err(error("an array is empty"));
        }
        // SAFETY: as in `octets`; an `Int32Array` is aligned to its elements.
        let words: &[i32] = unsafe { slice::from_raw_parts(words.cast(), words_length) };
        // SAFETY: as in `octets_mut`: the unique borrow of the arguments makes this and those
        // around it, which are checked not to overlap it, the only slices.
        let out: &mut [u8] = unsafe { slice::from_raw_parts_mut(out.cast(), out_length) };
        let written = Span::of(out);
        let apart = |read: Span| {
            if read.overlaps(written) {
                Err(error("the output overlaps the input"))
            } else {
                Ok(())
            }
        };
        apart(Span::of(words))?;
        let mut slices: Vec<&[u8]> = Vec::with_capacity(buffers.len());
        for buffer in buffers {
            let (data, length) = self.array_of(buffer, TypedArrayType::Uint8)?;
            if length == 0 {
                slices.push(&[]);
                continue;
            }
            // SAFETY: as in `octets`; the handles looked up keep the elements alive. Memory that
            // JavaScript shares with other threads is theirs to leave alone while it is sent.
            slices.push(unsafe { slice::from_raw_parts(data.cast(), length) });
            apart(Span::of(slices[slices.len() - 1]))?;
        }
        Ok((slices, words, out))
    }

    /// The elements of an array. Looking them up may run JavaScript.
    fn elements(&self, n: usize) -> Result<Vec<sys::napi_value>> {
        let mut length = 0;
        // SAFETY: the environment and the value are those of the call under way.
        let status = unsafe { sys::napi_get_array_length(self.env, self.values[n], &mut length) };
        expect(status, "an array was expected")?;
        let mut elements = vec![ptr::null_mut(); length as usize];
        for (element, nth) in elements.iter_mut().zip(0..) {
            // SAFETY: as above.
            let status = unsafe { sys::napi_get_element(self.env, self.values[n], nth, element) };
            expect(status, "no such element")?;
        }
        Ok(elements)
    }

    /// The numbers of a `Float64Array`, to be written.
    pub(in crate::node) fn figures_mut(&mut self, n: usize) -> Result<&mut [f64]> {
        let (data, length) = self.array(n, TypedArrayType::Float64)?;
        if length == 0 {
            return Ok(&mut []);
        }
        // SAFETY: as in `octets_mut`; a `Float64Array` is aligned to its elements. It is written
        // when no array of the bridge is in use.
        Ok(unsafe { slice::from_raw_parts_mut(data.cast(), length) })
    }

    /// What napi-rs makes of an argument.
    pub(in crate::node) fn convert<T: FromNapiValue>(&self, n: usize) -> Result<T> {
        // SAFETY: the environment and the value are those of the call under way.
        unsafe { T::from_napi_value(self.env, self.values[n]) }
    }

    fn array(&self, n: usize, wanted: TypedArrayType) -> Result<(*mut c_void, usize)> {
        self.array_of(self.values[n], wanted)
    }

    fn array_of(
        &self,
        value: sys::napi_value,
        wanted: TypedArrayType,
    ) -> Result<(*mut c_void, usize)> {
        let (mut kind, mut length, mut data) = (0, 0, ptr::null_mut());
        // SAFETY: the environment and the value are those of the call under way; Node-API leaves
        // out what it is given no place for.
        let status = unsafe {
            sys::napi_get_typedarray_info(
                self.env,
                value,
                &mut kind,
                &mut length,
                &mut data,
                ptr::null_mut(),
                ptr::null_mut(),
            )
        };
        expect(status, "a typed array was expected")?;
        if kind == wanted as i32 { Ok((data, length)) } else { Err(error("wrong typed array")) }
    }
}

fn expect(status: sys::napi_status, otherwise: &str) -> Result<()> {
    if status == sys::Status::napi_ok { Ok(()) } else { Err(error(otherwise)) }
}

/// Adds a class to the exports of the addon.
pub(in crate::node) fn define<T: Class>(env: Env, exports: &mut Object) -> Result<()> {
    let methods: Vec<_> = T::METHODS
        .iter()
        .map(|method| sys::napi_property_descriptor {
            utf8name: method.name.as_ptr(),
            name: ptr::null_mut(),
            method: Some(call::<T>),
            getter: None,
            setter: None,
            value: ptr::null_mut(),
            attributes: sys::PropertyAttributes::writable | sys::PropertyAttributes::configurable,
            data: ptr::from_ref(method).cast_mut().cast(),
        })
        .collect();
    let mut class = ptr::null_mut();
    // SAFETY: the environment is alive; names and methods are static; the callbacks have the
    // signature of Node-API; `call::<T>` finds the `Method<T>` that its descriptor points to.
    let status = unsafe {
        sys::napi_define_class(
            env.raw(),
            T::NAME.as_ptr(),
            T::NAME.count_bytes().cast_signed(),
            Some(construct::<T>),
            ptr::null_mut(),
            methods.len(),
            methods.as_ptr(),
            &mut class,
        )
    };
    expect(status, "the class could not be defined")?;
    // SAFETY: `class` was just made in this environment.
    let class = unsafe { Object::from_napi_value(env.raw(), class) }?;
    exports.set(T::NAME.to_str().map_err(|_| error("the name is not ASCII"))?, class)
}

/// A function's part of what it is bound to.
struct Bound<T: 'static> {
    to: Rc<T>,
    method: &'static Method<T>,
}

/// An object of functions that are bound to one `T`, which lives as long as any of them.
pub(in crate::node) fn bind<'env, T: 'static>(
    env: &'env Env,
    to: &Rc<T>,
    methods: &'static [Method<T>],
) -> Result<Object<'env>> {
    let mut functions = Object::new(env)?;
    for method in methods {
        let bound = Box::into_raw(Box::new(Bound { to: Rc::clone(to), method }));
        let mut function = ptr::null_mut();
        // SAFETY: the environment is alive and the name static; the callback has the signature of
        // Node-API and finds the `Bound<T>` that is given here.
        let status = unsafe {
            sys::napi_create_function(
                env.raw(),
                method.name.as_ptr(),
                method.name.count_bytes().cast_signed(),
                Some(call_bound::<T>),
                bound.cast(),
                &mut function,
            )
        };
        // SAFETY: `function` was just made, and nothing has called it. The box is given away and
        // freed by `finalize::<Bound<T>>`, once, when nothing can call the function any more; or
        // here, with a function that nobody gets.
        unsafe {
            let status = if status == sys::Status::napi_ok {
                sys::napi_add_finalizer(
                    env.raw(),
                    function,
                    bound.cast(),
                    Some(finalize::<Bound<T>>),
                    ptr::null_mut(),
                    ptr::null_mut(),
                )
            } else {
                status
            };
            expect(status, "a function could not be made").inspect_err(|_| {
                drop(Box::from_raw(bound));
            })?;
        }
        // SAFETY: `function` was just made in this environment.
        let function = unsafe { Unknown::from_napi_value(env.raw(), function) }?;
        let name = method.name.to_str().map_err(|_| error("the name is not ASCII"))?;
        functions.set(name, function)?;
    }
    Ok(functions)
}

/// Any bound function.
unsafe extern "C" fn call_bound<T: 'static>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    let result = entry(|| {
        // SAFETY: Node-API has called this with the environment and the call's information.
        let (mut arguments, data) = unsafe { arguments(env, info) }?;
        // SAFETY: `data` is the box that `bind` gave to the function, which this call keeps alive;
        // it is only ever read.
        let bound = unsafe { &*data.cast::<Bound<T>>() };
        (bound.method.body)(&bound.to, &mut arguments)
    });
    result.and_then(|answer| value(env, answer)).unwrap_or_else(|error| throw(env, error))
}

/// The constructor of a class.
unsafe extern "C" fn construct<T: Class>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    let result = entry(|| {
        let mut new_target = ptr::null_mut();
        // SAFETY: Node-API has called this with the environment and the call's information.
        let status = unsafe { sys::napi_get_new_target(env, info, &mut new_target) };
        expect(status, "no call")?;
        if new_target.is_null() {
            return Err(error("a class is called with `new`"));
        }
        // SAFETY: as above.
        let (mut arguments, _) = unsafe { arguments(env, info) }?;
        let object = Box::into_raw(Box::new(T::construct(&mut arguments)?));
        // SAFETY: `this` is the new object of this class, which has no native part yet; the box
        // is given away and freed by `finalize::<T>`, once, or here when nobody took it.
        unsafe {
            let status = sys::napi_wrap(
                env,
                arguments.this,
                object.cast(),
                Some(finalize::<T>),
                ptr::null_mut(),
                ptr::null_mut(),
            );
            expect(status, "the object could not be made").inspect_err(|_| {
                drop(Box::from_raw(object));
            })?;
        }
        Ok(arguments.this)
    });
    result.unwrap_or_else(|error| throw(env, error))
}

/// Any method of a class.
unsafe extern "C" fn call<T: Class>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    let result = entry(|| {
        // SAFETY: Node-API has called this with the environment and the call's information.
        let (mut arguments, data) = unsafe { arguments(env, info) }?;
        let mut object = ptr::null_mut();
        // SAFETY: as above.
        let status = unsafe { sys::napi_unwrap(env, arguments.this, &mut object) };
        expect(status, "the receiver is not of this class")?;
        // SAFETY: methods defined by `napi_define_class` carry a signature, so that V8 refuses any
        // receiver that this class's constructor did not make; what that wraps is a `T`, shared
        // only with calls further up this thread's stack, alive as long as `this` is. `data` is
        // the static `Method<T>` that `define` put into the descriptor.
        let (object, method) = unsafe { (&*object.cast::<T>(), &*data.cast::<Method<T>>()) };
        (method.body)(object, &mut arguments)
    });
    result.and_then(|answer| value(env, answer)).unwrap_or_else(|error| throw(env, error))
}

/// Ends an instance of a class, or a bound function's part.
unsafe extern "C" fn finalize<T>(_env: sys::napi_env, object: *mut c_void, _hint: *mut c_void) {
    // SAFETY: `construct::<T>` or `bind` made this box and gave it away; Node-API calls this once,
    // when nothing can reach what it belongs to any more. A panic of its parts stops here.
    let _ = run(|| drop(unsafe { Box::from_raw(object.cast::<T>()) }));
}

/// # Safety
///
/// `env` and `info` are those of the call under way.
unsafe fn arguments(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> Result<(Arguments, *mut c_void)> {
    let mut count = MAX_ARGUMENTS;
    let mut arguments =
        Arguments { env, this: ptr::null_mut(), values: [ptr::null_mut(); MAX_ARGUMENTS] };
    let mut data = ptr::null_mut();
    // SAFETY: there is room for `count` values; Node-API fills those not given with `undefined`.
    let status = unsafe {
        sys::napi_get_cb_info(
            env,
            info,
            &mut count,
            arguments.values.as_mut_ptr(),
            &mut arguments.this,
            &mut data,
        )
    };
    expect(status, "no call")?;
    Ok((arguments, data))
}

fn value(env: sys::napi_env, answer: Answer) -> Result<sys::napi_value> {
    let mut value = ptr::null_mut();
    // SAFETY: the environment is that of the call under way; text and octets are copied.
    let status = unsafe {
        match answer {
            // No value at all is `undefined`.
            Answer::Undefined => return Ok(value),
            Answer::Bool(answer) => sys::napi_get_boolean(env, answer, &mut value),
            Answer::Int(answer) => sys::napi_create_int32(env, answer, &mut value),
            Answer::Number(answer) => sys::napi_create_double(env, answer, &mut value),
            Answer::Text(text) => sys::napi_create_string_utf8(
                env,
                text.as_ptr().cast(),
                text.len().cast_signed(),
                &mut value,
            ),
            Answer::Octets(octets) => sys::napi_create_buffer_copy(
                env,
                octets.len(),
                octets.as_ptr().cast(),
                ptr::null_mut(),
                &mut value,
            ),
        }
    };
    expect(status, "the result could not be made").map(|()| value)
}

/// Throws in JavaScript, unless what is thrown comes from there and is pending already.
fn throw(env: sys::napi_env, error: napi::Error) -> sys::napi_value {
    if error.status != Status::PendingException {
        // SAFETY: the environment is that of the call under way.
        unsafe { JsError::from(error).throw_into(env) };
    }
    ptr::null_mut()
}
