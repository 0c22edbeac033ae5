//! A JavaScript object of options becomes a [`proto::Config`].
//!
//! Names are those of Node's options; `settings` is a flat array of identifiers and values. What
//! is missing keeps its default. `lib/options.js` has checked types and ranges, so that a value of
//! another type is an error here; numbers beyond the range of the engine's type are clamped.

use std::sync::Arc;

use napi::bindgen_prelude::{FromNapiValue, Object};
use napi::{Error, Result, Status};
use napi_derive::napi;

use super::guard::{entry, error};
use crate::proto::{self, Padding};

/// Octets per unit of `maxSessionMemory`.
const MEGABYTE: f64 = 1e6;

/// The least `maxHeaderListPairs`: a request has four pseudo-fields, a response one.
const MIN_PAIRS: [u32; 2] = [4, 1];

/// `type` of a client's sessions; a server's is 0.
const CLIENT: i32 = 1;

/// The options of sessions, read once for all that begin with the same.
#[napi]
pub struct Config {
    pub(super) is_client: bool,
    pub(super) engine: Arc<proto::Config>,
}

#[napi]
impl Config {
    /// `kind` is 0 for a server's sessions, 1 for a client's.
    #[napi(constructor)]
    pub fn new(kind: i32, options: Object) -> Result<Self> {
        entry(|| {
            let is_client = kind == CLIENT;
            Ok(Self { is_client, engine: Arc::new(read(&options, is_client)?) })
        })
    }
}

fn read(options: &Object, is_client: bool) -> Result<proto::Config> {
    let defaults = proto::Config::default();
    let mut config = proto::Config { settings: settings(options)?, ..defaults };
    let reader = Reader(options);
    reader.u32("maxDeflateDynamicTableSize", &mut config.max_deflate_table_size)?;
    reader.u32("maxHeaderListPairs", &mut config.max_header_list_pairs)?;
    reader.u32("maxReservedRemoteStreams", &mut config.max_reserved_remote_streams)?;
    reader.u32("peerMaxConcurrentStreams", &mut config.peer_max_concurrent_streams)?;
    reader.u32("maxSessionInvalidFrames", &mut config.max_invalid_frames)?;
    reader.u32("maxSessionRejectedStreams", &mut config.max_rejected_streams)?;
    reader.u32("maxContinuations", &mut config.max_continuations)?;
    reader.u32("maxUnsentAcks", &mut config.max_unsent_acks)?;
    reader.u32("maxAutoWindowSize", &mut config.max_auto_window_size)?;
    reader.usize("maxSettings", &mut config.max_settings)?;
    reader.usize("maxOutstandingPings", &mut config.max_outstanding_pings)?;
    reader.usize("maxOutstandingSettings", &mut config.max_outstanding_settings)?;
    reader.usize("maxSendHeaderBlockLength", &mut config.max_send_header_block_length)?;
    reader.u64("streamResetBurst", &mut config.stream_reset_burst)?;
    reader.u64("streamResetRate", &mut config.stream_reset_rate)?;
    reader.bool("strictFieldWhitespaceValidation", &mut config.strict_field_whitespace)?;
    reader.bool("validateMessages", &mut config.validate_messages)?;
    reader.bool("surplusDataEndsSession", &mut config.surplus_data_ends_session)?;
    reader.bool("autoConnectionCredit", &mut config.auto_connection_credit)?;
    if let Some(megabytes) = reader.read::<f64>("maxSessionMemory")? {
        config.max_session_memory = saturating(megabytes.max(1.0) * MEGABYTE);
    }
    if let Some(strategy) = reader.read::<u32>("paddingStrategy")? {
        config.padding = padding(strategy)?;
    }
    // Node lets one more pass before it gives up.
    for limit in [&mut config.max_invalid_frames, &mut config.max_rejected_streams] {
        *limit = limit.saturating_add(1);
    }
    let pairs = &mut config.max_header_list_pairs;
    *pairs = MIN_PAIRS[usize::from(is_client)].max(*pairs);
    config.max_settings = config.max_settings.max(1);
    Ok(config)
}

/// As in `http2.constants.PADDING_STRATEGY_*`.
fn padding(strategy: u32) -> Result<Padding> {
    match strategy {
        0 => Ok(Padding::None),
        1 => Ok(Padding::Aligned),
        2 => Ok(Padding::Max),
        _ => Err(error("paddingStrategy is out of its range")),
    }
}

fn settings(options: &Object) -> Result<Vec<(u16, u32)>> {
    let numbers: Vec<f64> = options.get("settings")?.unwrap_or_default();
    let (pairs, []) = numbers.as_chunks::<2>() else {
        return Err(error("settings has an identifier without a value"));
    };
    Ok(pairs.iter().map(|[id, value]| (saturating_u16(*id), saturating_u32(*value))).collect())
}

struct Reader<'a, 'env>(&'a Object<'env>);

impl Reader<'_, '_> {
    fn read<T: FromNapiValue>(&self, name: &str) -> Result<Option<T>> {
        self.0.get(name).map_err(|error| {
            Error::new(Status::InvalidArg, format!("option {name}: {}", error.reason))
        })
    }

    fn u32(&self, name: &str, into: &mut u32) -> Result<()> {
        if let Some(value) = self.read(name)? {
            *into = saturating_u32(value);
        }
        Ok(())
    }

    fn u64(&self, name: &str, into: &mut u64) -> Result<()> {
        if let Some(value) = self.read(name)? {
            *into = saturating(value);
        }
        Ok(())
    }

    fn usize(&self, name: &str, into: &mut usize) -> Result<()> {
        if let Some(value) = self.read(name)? {
            *into = saturating_u32(value) as usize;
        }
        Ok(())
    }

    fn bool(&self, name: &str, into: &mut bool) -> Result<()> {
        if let Some(value) = self.read(name)? {
            *into = value;
        }
        Ok(())
    }
}

/// Fractions are dropped; negative numbers and NaN become 0.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn saturating(number: f64) -> u64 {
    number as u64
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn saturating_u32(number: f64) -> u32 {
    number as u32
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn saturating_u16(number: f64) -> u16 {
    number as u16
}
