use super::{
    AltSvc, Continuation, Data, Flags, Frame, FrameError, FrameErrorKind, FrameType, GoAway, Head,
    Headers, MIN_MAX_FRAME_SIZE, Origin, Ping, Priority, PriorityUpdate, PushPromise, RstStream,
    Settings, WindowUpdate,
};

/// A gathering buffer larger than this is given back once its frame has been handed on, so that
/// an idle connection keeps little.
const RETAINED_CAPACITY: usize = 1024;

/// Reads frames from octets that arrive in any portions.
///
/// Call [`decode`](Decoder::decode) until it returns `Ok(None)`, which means that the input is
/// used up. Frames borrow from the input where they stand there whole. DATA is never copied: it is
/// handed on in the pieces in which it arrives.
#[derive(Debug)]
pub struct Decoder {
    max_frame_size: u32,
    state: State,
    /// Of the frame under way; left over from the last one in `State::Head`.
    head: Head,
    /// Octets of a head that is not complete, `partial[..have]`.
    partial: [u8; Head::LEN],
    have: usize,
    /// The payload of a frame that did not stand in the input whole.
    gathered: Vec<u8>,
}

/// What the next octet belongs to.
#[derive(Debug, Clone, Copy)]
enum State {
    Head,
    /// A payload that is parsed once it is complete.
    Payload,
    /// The pad length octet of DATA.
    PadLength,
    Data(DataLeft),
    /// Octets that nobody wants.
    Skip(u32),
}

/// What is left of a DATA frame.
#[derive(Debug, Clone, Copy)]
struct DataLeft {
    payload: u32,
    padding: u32,
    /// Octets taken that no piece has accounted for: the pad length octet.
    uncounted: u32,
    first: bool,
}

impl Decoder {
    /// A decoder that stands before a frame's head; a client's preface is not its business.
    /// `max_frame_size` is our own SETTINGS_MAX_FRAME_SIZE, in octets of payload.
    pub fn new(max_frame_size: u32) -> Decoder {
        Decoder {
            max_frame_size,
            state: State::Head,
            head: Head::parse(&[0; Head::LEN]),
            partial: [0; Head::LEN],
            have: 0,
            gathered: Vec::new(),
        }
    }

    /// Changes the longest payload accepted, from the next head on.
    pub fn set_max_frame_size(&mut self, max_frame_size: u32) {
        self.max_frame_size = max_frame_size;
    }

    /// The head of the frame under way: `None` between frames and before a head is complete.
    pub fn head(&self) -> Option<&Head> {
        (!matches!(self.state, State::Head)).then_some(&self.head)
    }

    /// Takes octets off the front of `input` until a frame or a piece of DATA is complete.
    /// `Ok(None)`: the input is used up.
    ///
    /// # Errors
    /// A frame whose form is wrong, as soon as that is known. The rest of it is skipped by the
    /// calls that follow.
    #[inline]
    pub fn decode<'a, 'i: 'a>(
        &'a mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Frame<'a>>, FrameError> {
        Ok(self.decode_with_head(input)?.map(|(_, frame)| frame))
    }

    /// As [`decode`](Decoder::decode), with the frame's head as it was on the wire.
    ///
    /// # Errors
    /// As `decode`.
    pub fn decode_with_head<'a, 'i: 'a>(
        &'a mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<(Head, Frame<'a>)>, FrameError> {
        loop {
            match self.state {
                State::Head => {
                    if !self.take_head(input) {
                        return Ok(None);
                    }
                    if let Some(frame) = self.enter()? {
                        return Ok(Some((self.head, frame)));
                    }
                }
                State::Payload => {
                    let payload = match take_whole(&self.gathered, &self.head, input) {
                        Some(payload) => payload,
                        None if self.gather(input) => &self.gathered,
                        None => return Ok(None),
                    };
                    self.state = State::Head;
                    return match parse(&self.head, payload) {
                        Ok(frame) => Ok(Some((self.head, frame))),
                        Err(kind) => Err(kind.of(&self.head)),
                    };
                }
                State::PadLength => {
                    let Some(pad_length) = input.split_off_first() else { return Ok(None) };
                    self.state = self.padded_data(*pad_length)?;
                }
                State::Data(left) => {
                    if input.is_empty() && left.payload + left.padding > 0 {
                        return Ok(None);
                    }
                    let data = self.take_data(left, input);
                    return Ok(Some((self.head, Frame::Data(data))));
                }
                State::Skip(left) => {
                    let left = left - take(input, left).1;
                    if left > 0 {
                        self.state = State::Skip(left);
                        return Ok(None);
                    }
                    self.state = State::Head;
                }
            }
        }
    }

    /// Completes `self.head`; false if the input does not suffice.
    fn take_head(&mut self, input: &mut &[u8]) -> bool {
        if self.have == 0
            && let Some((head, rest)) = input.split_first_chunk()
        {
            self.head = Head::parse(head);
            *input = rest;
            return true;
        }
        let octets = split(input, Head::LEN - self.have);
        self.partial[self.have..self.have + octets.len()].copy_from_slice(octets);
        self.have += octets.len();
        if self.have < Head::LEN {
            return false;
        }
        self.have = 0;
        self.head = Head::parse(&self.partial);
        true
    }

    /// Judges a head and says what follows it. A frame of an unknown type is reported at once.
    fn enter(&mut self) -> Result<Option<Frame<'static>>, FrameError> {
        if self.gathered.capacity() > RETAINED_CAPACITY {
            self.gathered = Vec::new();
        }
        self.gathered.clear();

        let head = self.head;
        // What is wrong or unknown is skipped.
        self.state = State::Skip(head.length);
        if head.length > self.max_frame_size {
            return Err(FrameErrorKind::Oversized.of(&head));
        }
        self.state = match check(&head) {
            Ok(Known::Data) if head.flags.contains(Flags::PADDED) => State::PadLength,
            Ok(Known::Data) => State::Data(DataLeft {
                payload: head.length,
                padding: 0,
                uncounted: 0,
                first: true,
            }),
            Ok(Known::Other) => State::Payload,
            Ok(Known::No) => return Ok(Some(Frame::Unknown(head))),
            Err(kind) => return Err(kind.of(&head)),
        };
        Ok(None)
    }

    /// What follows the pad length octet of a DATA frame.
    fn padded_data(&mut self, pad_length: u8) -> Result<State, FrameError> {
        let rest = self.head.length - 1;
        let padding = u32::from(pad_length);
        match rest.checked_sub(padding) {
            Some(payload) => {
                Ok(State::Data(DataLeft { payload, padding, uncounted: 1, first: true }))
            }
            None => {
                self.state = State::Skip(rest);
                Err(FrameErrorKind::BadPadding.of(&self.head))
            }
        }
    }

    /// The piece of DATA that `input` holds.
    fn take_data<'i>(&mut self, left: DataLeft, input: &mut &'i [u8]) -> Data<'i> {
        let (payload, taken) = take(input, left.payload);
        let (_, padding) = take(input, left.padding);
        let rest = DataLeft {
            payload: left.payload - taken,
            padding: left.padding - padding,
            uncounted: 0,
            first: false,
        };
        let end = rest.payload + rest.padding == 0;
        self.state = if end { State::Head } else { State::Data(rest) };
        Data {
            stream: self.head.stream,
            payload,
            flow_len: left.uncounted + taken + padding,
            frame_len: self.head.length,
            first: left.first,
            end,
            end_stream: self.head.flags.contains(Flags::END_STREAM),
        }
    }

    /// Adds to the gathered payload; true when it is complete. What is held grows with what was
    /// received, not with what a head promises.
    fn gather(&mut self, input: &mut &[u8]) -> bool {
        let missing = self.head.length as usize - self.gathered.len();
        let octets = split(input, missing);
        self.gathered.extend_from_slice(octets);
        octets.len() == missing
    }
}

impl Default for Decoder {
    /// With the initial SETTINGS_MAX_FRAME_SIZE, 16,384 octets.
    fn default() -> Decoder {
        Decoder::new(MIN_MAX_FRAME_SIZE)
    }
}

/// Up to `max` octets off the front of `input`.
fn split<'i>(input: &mut &'i [u8], max: usize) -> &'i [u8] {
    let (octets, rest) = input.split_at(max.min(input.len()));
    *input = rest;
    octets
}

/// Up to `max` octets off the front of `input`, and how many.
fn take<'i>(input: &mut &'i [u8], max: u32) -> (&'i [u8], u32) {
    let len = u32::try_from(input.len()).unwrap_or(u32::MAX).min(max);
    (split(input, len as usize), len)
}

/// The payload, if none of it is gathered and all of it stands in `input`.
fn take_whole<'i>(gathered: &[u8], head: &Head, input: &mut &'i [u8]) -> Option<&'i [u8]> {
    if !gathered.is_empty() {
        return None;
    }
    let (payload, rest) = input.split_at_checked(head.length as usize)?;
    *input = rest;
    Some(payload)
}

/// How a type is read.
enum Known {
    Data,
    Other,
    No,
}

/// What a head alone tells about its frame.
fn check(head: &Head) -> Result<Known, FrameErrorKind> {
    match head.kind {
        FrameType::DATA => return Data::check(head).map(|()| Known::Data),
        FrameType::HEADERS => Headers::check(head)?,
        FrameType::PRIORITY => Priority::check(head)?,
        FrameType::RST_STREAM => RstStream::check(head)?,
        FrameType::SETTINGS => Settings::check(head)?,
        FrameType::PUSH_PROMISE => PushPromise::check(head)?,
        FrameType::PING => Ping::check(head)?,
        FrameType::GOAWAY => GoAway::check(head)?,
        FrameType::WINDOW_UPDATE => WindowUpdate::check(head)?,
        FrameType::CONTINUATION => Continuation::check(head)?,
        FrameType::ALTSVC => AltSvc::check(head)?,
        FrameType::ORIGIN => {}
        FrameType::PRIORITY_UPDATE => PriorityUpdate::check(head)?,
        _ => return Ok(Known::No),
    }
    Ok(Known::Other)
}

/// Takes a frame off the front of octets that were written here, to look at it once more: not
/// judged again, and DATA as if its type were unknown. `None` at their end.
pub(crate) fn reread<'a>(octets: &mut &'a [u8]) -> Option<(Head, Frame<'a>)> {
    let (head, rest) = octets.split_first_chunk()?;
    let head = Head::parse(head);
    let (payload, rest) = rest.split_at_checked(head.length as usize)?;
    *octets = rest;
    Some((head, parse(&head, payload).ok()?))
}

/// A frame from its complete payload; `check` has passed its head.
// Called by `reread` as well, it would not be inlined where it counts: into the loop of `decode`.
#[inline(always)]
fn parse<'a>(head: &Head, payload: &'a [u8]) -> Result<Frame<'a>, FrameErrorKind> {
    Ok(match head.kind {
        FrameType::HEADERS => Frame::Headers(Headers::parse(head, payload)?),
        FrameType::PRIORITY => Frame::Priority(Priority::parse(head, payload)?),
        FrameType::RST_STREAM => Frame::RstStream(RstStream::parse(head, payload)?),
        FrameType::SETTINGS => Frame::Settings(Settings::parse(head, payload)),
        FrameType::PUSH_PROMISE => Frame::PushPromise(PushPromise::parse(head, payload)?),
        FrameType::PING => Frame::Ping(Ping::parse(head, payload)?),
        FrameType::GOAWAY => Frame::GoAway(GoAway::parse(payload)?),
        FrameType::WINDOW_UPDATE => Frame::WindowUpdate(WindowUpdate::parse(head, payload)?),
        FrameType::CONTINUATION => Frame::Continuation(Continuation::parse(head, payload)),
        FrameType::ALTSVC => Frame::AltSvc(AltSvc::parse(head, payload)?),
        FrameType::ORIGIN => Frame::Origin(Origin::parse(head, payload)?),
        FrameType::PRIORITY_UPDATE => Frame::PriorityUpdate(PriorityUpdate::parse(payload)?),
        _ => Frame::Unknown(*head),
    })
}
