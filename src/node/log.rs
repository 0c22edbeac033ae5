//! RUST_HTTP2_LOG: what goes on inside, in lines on stderr.
//!
//! The variable is a filter as `tracing-subscriber` has them; `frames` in it stands for the frame
//! log. It is read when the addon is loaded first; without it nothing subscribes, and every place
//! that would tell something costs a load and a branch.

use std::io::{self, ErrorKind, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use std::{env, fmt, thread};

use tracing::{Event, Span, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry::LookupSpan;

use crate::proto::FRAME_LOG;

const VARIABLE: &str = "RUST_HTTP2_LOG";

/// Subscribes, once for the process, if the variable asks for it.
pub(super) fn start() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let Some(wanted) = env::var(VARIABLE).ok().filter(|value| !value.is_empty()) else {
            return;
        };
        match directives(&wanted).parse::<Targets>() {
            Ok(filter) => {
                let lines = tracing_subscriber::fmt::layer()
                    .with_writer(|| Patient(io::stderr()))
                    .log_internal_errors(false)
                    .event_format(Lines);
                tracing_subscriber::registry().with(filter).with(lines).init();
            }
            Err(error) => {
                // There is nobody to tell that this cannot be told.
                let _ = writeln!(io::stderr(), "{VARIABLE} is no filter: {error}");
            }
        }
    });
}

/// The span of a new session: which end of the connection it is, and its number in the process.
pub(super) fn session_span(is_client: bool) -> Span {
    static SESSIONS: AtomicU64 = AtomicU64::new(1);
    let id = SESSIONS.fetch_add(1, Ordering::Relaxed);
    if is_client {
        tracing::error_span!(target: "rust_http2", "client", id)
    } else {
        tracing::error_span!(target: "rust_http2", "server", id)
    }
}

/// What the variable says, with `frames` spelled out. Errors are always wanted, and so is the span
/// that says which session a line is about.
fn directives(wanted: &str) -> String {
    let expand = |directive: &str| match directive.trim().strip_prefix("frames") {
        Some("") => format!("{FRAME_LOG}=debug"),
        Some(level) if level.starts_with('=') => format!("{FRAME_LOG}{level}"),
        _ => directive.to_owned(),
    };
    let wanted: Vec<_> = wanted.split(',').map(expand).collect();
    format!("error,{}", wanted.join(","))
}

/// `TIME server{id=1} LEVEL TARGET: MESSAGE`; frames go without level and target.
struct Lines;

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        SystemTime.format_time(&mut writer)?;
        for span in context.event_scope().into_iter().flat_map(|scope| scope.from_root()) {
            write!(writer, " {}", span.name())?;
            if let Some(fields) = span.extensions().get::<FormattedFields<N>>() {
                write!(writer, "{{{fields}}}")?;
            }
        }
        let metadata = event.metadata();
        if metadata.target() != FRAME_LOG {
            write!(writer, " {} {}:", metadata.level(), metadata.target())?;
        }
        writer.write_char(' ')?;
        context.format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}

/// Waits where a pipe is full for the moment: Node makes the one behind stderr non-blocking.
struct Patient<W>(W);

impl<W: Write> Write for Patient<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        /// A reader that takes nothing for so long is given up, in turns of a millisecond.
        const TURNS: u32 = 1000;
        for _ in 0..TURNS {
            match self.0.write(octets) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    thread::sleep(Duration::from_millis(1));
                }
                result => return result,
            }
        }
        Err(ErrorKind::WouldBlock.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_stands_for_the_frame_log() {
        for (wanted, directives_of) in [
            ("frames", "error,rust_http2::frames=debug"),
            ("frames=off, debug", "error,rust_http2::frames=off, debug"),
            (
                "rust_http2::proto=trace,frames",
                "error,rust_http2::proto=trace,rust_http2::frames=debug",
            ),
            ("framesize=info", "error,framesize=info"),
        ] {
            assert_eq!(directives(wanted), directives_of);
            assert!(directives(wanted).parse::<Targets>().is_ok(), "{wanted}");
        }
    }

    #[test]
    fn a_full_pipe_is_waited_for() {
        struct Full(u32);
        impl Write for Full {
            fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
                self.0 -= 1;
                if self.0 > 0 { Err(ErrorKind::WouldBlock.into()) } else { Ok(octets.len()) }
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert_eq!(Patient(Full(3)).write(b"ab").expect("it takes them then"), 2);
    }
}
