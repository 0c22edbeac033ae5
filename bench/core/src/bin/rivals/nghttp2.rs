//! nghttp2, as Node's builtin module drives it: DATA is not copied into its buffers, streams that
//! are closed are forgotten.

use std::ffi::{c_int, c_void};
use std::{ptr, slice};

use libnghttp2_sys::*;
use rust_http2_bench::{BODY, Case, Goal, PIPE, WINDOW};

/// The most octets of a DATA frame, its head included.
const FRAME: usize = 9 + 16_384;

/// Exchanges over one connection until the goal is reached; answers how many.
pub fn run(case: Case, goal: &impl Goal) -> usize {
    let mut client = Endpoint::new(false);
    let mut server = Endpoint::new(true);
    let requests: Vec<_> = case.requests().iter().map(|fields| name_values(fields)).collect();
    let mut turns = requests.iter().cycle();
    let response = name_values(&case.response());
    let (mut open, mut exchanges) = (0, 0);
    loop {
        while open < case.concurrency {
            client.request(turns.next().expect("no end"), case.upload);
            open += 1;
        }
        client.send_to(&mut server);
        for stream in std::mem::take(&mut server.seen.ended) {
            server.respond(stream, &response, case.download);
        }
        server.send_to(&mut client);

        let ended = client.seen.ended.drain(..).count();
        open -= ended;
        exchanges += ended;
        if goal.is_reached(exchanges) {
            break;
        }
    }
    assert!(client.seen.octets >= exchanges * case.download, "every body arrived whole");
    assert!(client.seen.fields >= 4 * exchanges && server.seen.fields >= 7 * exchanges);
    exchanges
}

/// Fields as nghttp2 takes them, which it is told not to copy.
pub fn name_values(fields: &[rust_http2::proto::Field<'static>]) -> Vec<nghttp2_nv> {
    fields.iter().map(|field| name_value(field.name, field.value)).collect()
}

/// A field that is read as long as the result is in use.
pub fn name_value(name: &[u8], value: &[u8]) -> nghttp2_nv {
    nghttp2_nv {
        name: name.as_ptr().cast_mut(),
        value: value.as_ptr().cast_mut(),
        namelen: name.len(),
        valuelen: value.len(),
        flags: (NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE) as u8,
    }
}

/// What a session told, and what it is about to send.
#[derive(Default)]
struct Seen {
    fields: usize,
    octets: usize,
    /// Streams whose peer has sent its whole message.
    ended: Vec<i32>,
    wire: Vec<u8>,
    /// Where in `BODY` the next octets of any body come from.
    position: usize,
}

struct Endpoint {
    session: *mut nghttp2_session,
    /// In a place of its own, as the callbacks are given its address.
    seen: Box<Seen>,
}

impl Endpoint {
    fn new(server: bool) -> Endpoint {
        let mut seen = Box::<Seen>::default();
        let user_data = (&raw mut *seen).cast();
        let mut session = ptr::null_mut();
        let settings = [
            (NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, WINDOW),
            (NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 1000),
        ]
        .map(|(id, value)| nghttp2_settings_entry { settings_id: id as i32, value });
        // SAFETY: callbacks and option are made before and freed after the session has copied what
        // it needs of them; `user_data` is a `Seen` that lives in its box as long as the session
        // does, and is touched through it by callbacks only while no reference to it is in use.
        unsafe {
            let mut callbacks = ptr::null_mut();
            nghttp2_session_callbacks_new(&mut callbacks);
            nghttp2_session_callbacks_set_on_header_callback(callbacks, Some(on_header));
            nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Some(on_frame));
            nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Some(on_data));
            nghttp2_session_callbacks_set_send_data_callback(callbacks, Some(send_data));
            let mut option = ptr::null_mut();
            nghttp2_option_new(&mut option);
            nghttp2_option_set_no_closed_streams(option, 1);
            nghttp2_option_set_peer_max_concurrent_streams(option, 1000);
            let new =
                if server { nghttp2_session_server_new2 } else { nghttp2_session_client_new2 };
            assert_eq!(new(&mut session, callbacks, user_data, option), 0);
            nghttp2_option_del(option);
            nghttp2_session_callbacks_del(callbacks);
            let submitted = nghttp2_submit_settings(session, 0, settings.as_ptr(), settings.len());
            assert_eq!(submitted, 0);
            let sized = nghttp2_session_set_local_window_size(session, 0, 0, WINDOW as i32);
            assert_eq!(sized, 0);
        }
        Endpoint { session, seen }
    }

    fn request(&mut self, fields: &[nghttp2_nv], len: usize) {
        let body = body(len);
        let body = if len > 0 { &raw const body } else { ptr::null() };
        // SAFETY: the session is alive; fields are static, and the provider is copied.
        let stream = unsafe {
            let (fields, count) = (fields.as_ptr(), fields.len());
            nghttp2_submit_request2(self.session, ptr::null(), fields, count, body, ptr::null_mut())
        };
        assert!(stream > 0, "a stream");
    }

    fn respond(&mut self, stream: i32, fields: &[nghttp2_nv], len: usize) {
        let body = body(len);
        let (fields, count) = (fields.as_ptr(), fields.len());
        // SAFETY: as in `request`.
        let result =
            unsafe { nghttp2_submit_response2(self.session, stream, fields, count, &body) };
        assert_eq!(result, 0, "an open stream");
    }

    /// Sends all there is.
    fn send_to(&mut self, peer: &mut Endpoint) {
        loop {
            let more = self.fill();
            let wire = &self.seen.wire;
            // SAFETY: the peer's session is alive and reads what it is told the length of.
            let taken =
                unsafe { nghttp2_session_mem_recv2(peer.session, wire.as_ptr(), wire.len()) };
            assert_eq!(taken, wire.len() as isize);
            self.seen.wire.clear();
            if !more {
                return;
            }
        }
    }

    /// Draws what the pipe has room for; whether there is more.
    fn fill(&mut self) -> bool {
        while self.seen.wire.len() + FRAME <= PIPE {
            let mut octets = ptr::null();
            // SAFETY: the session is alive.
            let len = unsafe { nghttp2_session_mem_send2(self.session, &mut octets) };
            let len = usize::try_from(len).expect("octets to be sent");
            if len == 0 {
                return false;
            }
            // SAFETY: `octets` are so many until the next call of the session.
            self.seen.wire.extend_from_slice(unsafe { slice::from_raw_parts(octets, len) });
        }
        true
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        // SAFETY: the session was made by nghttp2 and is not used any more.
        unsafe { nghttp2_session_del(self.session) }
    }
}

/// A body of `len` octets; what is left of it is kept where nghttp2 has room for a pointer.
fn body(len: usize) -> nghttp2_data_provider2 {
    let source = nghttp2_data_source { ptr: ptr::without_provenance_mut(len) };
    nghttp2_data_provider2 { source, read_callback: Some(read) }
}

/// # Safety
/// For nghttp2, with the `Seen` of its session.
unsafe fn seen<'a>(user_data: *mut c_void) -> &'a mut Seen {
    // SAFETY: `Endpoint::new` has set it, and the box outlives the session.
    unsafe { &mut *user_data.cast::<Seen>() }
}

unsafe extern "C" fn on_header(
    _: *mut nghttp2_session,
    _: *const nghttp2_frame,
    _: *const u8,
    _: usize,
    _: *const u8,
    _: usize,
    _: u8,
    user_data: *mut c_void,
) -> c_int {
    // SAFETY: called by nghttp2.
    unsafe { seen(user_data) }.fields += 1;
    0
}

unsafe extern "C" fn on_frame(
    _: *mut nghttp2_session,
    frame: *const nghttp2_frame,
    user_data: *mut c_void,
) -> c_int {
    const DATA: u8 = 0;
    const HEADERS: u8 = 1;
    // SAFETY: called by nghttp2, with a frame of which the head is valid for every type.
    let (seen, head) = unsafe { (seen(user_data), (*frame).hd) };
    if matches!(head.type_, DATA | HEADERS) && u32::from(head.flags) & NGHTTP2_FLAG_END_STREAM != 0
    {
        seen.ended.push(head.stream_id);
    }
    0
}

unsafe extern "C" fn on_data(
    _: *mut nghttp2_session,
    _: u8,
    _: i32,
    _: *const u8,
    len: usize,
    user_data: *mut c_void,
) -> c_int {
    // SAFETY: called by nghttp2.
    unsafe { seen(user_data) }.octets += len;
    0
}

unsafe extern "C" fn read(
    _: *mut nghttp2_session,
    _: i32,
    _: *mut u8,
    limit: usize,
    flags: *mut u32,
    source: *mut nghttp2_data_source,
    _: *mut c_void,
) -> nghttp2_ssize {
    // SAFETY: called by nghttp2, with the source that `body` made and flags to be set.
    unsafe {
        let left = (*source).ptr.addr();
        let len = left.min(limit);
        (*source).ptr = ptr::without_provenance_mut(left - len);
        *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
        if len == left {
            *flags |= NGHTTP2_DATA_FLAG_EOF;
        }
        len as nghttp2_ssize
    }
}

unsafe extern "C" fn send_data(
    _: *mut nghttp2_session,
    _: *mut nghttp2_frame,
    head: *const u8,
    len: usize,
    _: *mut nghttp2_data_source,
    user_data: *mut c_void,
) -> c_int {
    // SAFETY: called by nghttp2, with a head of nine octets.
    let (seen, head) = unsafe { (seen(user_data), slice::from_raw_parts(head, 9)) };
    if seen.wire.len() + head.len() + len > PIPE {
        return NGHTTP2_ERR_WOULDBLOCK;
    }
    if seen.position + len > BODY.len() {
        seen.position = 0;
    }
    seen.wire.extend_from_slice(head);
    seen.wire.extend_from_slice(&BODY[seen.position..seen.position + len]);
    seen.position += len;
    0
}
