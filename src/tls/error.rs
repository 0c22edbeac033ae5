//! Why connections fail, under the names that OpenSSL has for it: users of node:tls match on them.

use std::fmt;

use rustls::{AlertDescription, InvalidMessage, PeerIncompatible, PeerMisbehaved};

/// A connection is over: what was received is not TLS, breaks its rules, or does not suit.
#[derive(Debug, Clone)]
pub struct Fault(pub(super) rustls::Error);

/// Reasons for the alerts that peers send, by number (RFC 8446 §6.2, RFC 5246 §7.2).
const ALERTS: [(u8, &str); 31] = [
    (10, "SSLV3_ALERT_UNEXPECTED_MESSAGE"),
    (20, "SSLV3_ALERT_BAD_RECORD_MAC"),
    (21, "TLSV1_ALERT_DECRYPTION_FAILED"),
    (22, "TLSV1_ALERT_RECORD_OVERFLOW"),
    (30, "SSLV3_ALERT_DECOMPRESSION_FAILURE"),
    (40, "SSLV3_ALERT_HANDSHAKE_FAILURE"),
    (41, "SSLV3_ALERT_NO_CERTIFICATE"),
    (42, "SSLV3_ALERT_BAD_CERTIFICATE"),
    (43, "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE"),
    (44, "SSLV3_ALERT_CERTIFICATE_REVOKED"),
    (45, "SSLV3_ALERT_CERTIFICATE_EXPIRED"),
    (46, "SSLV3_ALERT_CERTIFICATE_UNKNOWN"),
    (47, "SSLV3_ALERT_ILLEGAL_PARAMETER"),
    (48, "TLSV1_ALERT_UNKNOWN_CA"),
    (49, "TLSV1_ALERT_ACCESS_DENIED"),
    (50, "TLSV1_ALERT_DECODE_ERROR"),
    (51, "TLSV1_ALERT_DECRYPT_ERROR"),
    (60, "TLSV1_ALERT_EXPORT_RESTRICTION"),
    (70, "TLSV1_ALERT_PROTOCOL_VERSION"),
    (71, "TLSV1_ALERT_INSUFFICIENT_SECURITY"),
    (80, "TLSV1_ALERT_INTERNAL_ERROR"),
    (86, "TLSV1_ALERT_INAPPROPRIATE_FALLBACK"),
    (90, "TLSV1_ALERT_USER_CANCELLED"),
    (100, "TLSV1_ALERT_NO_RENEGOTIATION"),
    (109, "TLSV13_ALERT_MISSING_EXTENSION"),
    (110, "TLSV1_UNSUPPORTED_EXTENSION"),
    (112, "TLSV1_UNRECOGNIZED_NAME"),
    (113, "TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE"),
    (115, "TLSV1_ALERT_UNKNOWN_PSK_IDENTITY"),
    (116, "TLSV13_ALERT_CERTIFICATE_REQUIRED"),
    (120, "TLSV1_ALERT_NO_APPLICATION_PROTOCOL"),
];

impl Fault {
    /// OpenSSL's reason, as in `ERR_SSL_` with it behind.
    pub fn reason(&self) -> &'static str {
        use rustls::Error as E;
        match &self.0 {
            E::AlertReceived(alert) => alert_reason(*alert),
            E::NoApplicationProtocol => "NO_APPLICATION_PROTOCOL",
            E::NoCertificatesPresented => "PEER_DID_NOT_RETURN_A_CERTIFICATE",
            E::DecryptError => "DECRYPTION_FAILED_OR_BAD_RECORD_MAC",
            E::PeerSentOversizedRecord => "DATA_LENGTH_TOO_LONG",
            E::InvalidCertificate(_) => "BAD_SIGNATURE",
            E::InvalidMessage(message) => message_reason(message),
            E::PeerIncompatible(why) => incompatible_reason(why),
            E::PeerMisbehaved(why) => misbehaved_reason(why),
            E::InappropriateMessage { .. } | E::InappropriateHandshakeMessage { .. } => {
                "UNEXPECTED_MESSAGE"
            }
            _ => "INTERNAL_ERROR",
        }
    }

    /// Whether the first octets were no record of TLS.
    pub fn is_not_tls(&self) -> bool {
        matches!(
            &self.0,
            rustls::Error::InvalidMessage(
                InvalidMessage::InvalidContentType
                    | InvalidMessage::UnknownProtocolVersion
                    | InvalidMessage::MessageTooLarge
                    | InvalidMessage::InvalidEmptyPayload
            )
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Fault {}

fn alert_reason(alert: AlertDescription) -> &'static str {
    let number = u8::from(alert);
    let known = ALERTS.iter().find(|(one, _)| *one == number);
    known.map_or("UNKNOWN_ALERT_TYPE", |(_, reason)| reason)
}

fn message_reason(message: &InvalidMessage) -> &'static str {
    match message {
        InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion => {
            "WRONG_VERSION_NUMBER"
        }
        InvalidMessage::MessageTooLarge => "PACKET_LENGTH_TOO_LONG",
        InvalidMessage::HandshakePayloadTooLarge => "EXCESSIVE_MESSAGE_SIZE",
        InvalidMessage::UnexpectedMessage(_) => "UNEXPECTED_MESSAGE",
        InvalidMessage::MessageTooShort | InvalidMessage::MissingData(_) => "LENGTH_TOO_SHORT",
        InvalidMessage::TrailingData(_) => "LENGTH_MISMATCH",
        _ => "BAD_PACKET",
    }
}

fn incompatible_reason(why: &PeerIncompatible) -> &'static str {
    use PeerIncompatible as P;
    match why {
        P::NoCipherSuitesInCommon => "NO_SHARED_CIPHER",
        P::NoKxGroupsInCommon | P::NamedGroupsExtensionRequired => "NO_SUITABLE_GROUPS",
        P::NoSignatureSchemesInCommon
        | P::NoCertificateRequestSignatureSchemesInCommon
        | P::SignatureAlgorithmsExtensionRequired => "NO_SUITABLE_SIGNATURE_ALGORITHM",
        P::ServerDoesNotSupportTls12Or13
        | P::ServerTlsVersionIsDisabledByOurConfig
        | P::SupportedVersionsExtensionRequired
        | P::Tls12NotOffered
        | P::Tls12NotOfferedOrEnabled => "UNSUPPORTED_PROTOCOL",
        _ => "BAD_EXTENSION",
    }
}

fn misbehaved_reason(why: &PeerMisbehaved) -> &'static str {
    use PeerMisbehaved as P;
    match why {
        P::TooManyRenegotiationRequests => "NO_RENEGOTIATION",
        P::TooManyKeyUpdateRequests => "TOO_MANY_KEY_UPDATES",
        P::TooManyWarningAlertsReceived => "TOO_MANY_WARN_ALERTS",
        P::TooManyEmptyFragments => "RECORD_TOO_SMALL",
        P::AttemptedDowngradeToTls12WhenTls13IsSupported => "INAPPROPRIATE_FALLBACK",
        P::SelectedUnofferedApplicationProtocol => "BAD_EXTENSION",
        P::SelectedUnofferedCipherSuite => "WRONG_CIPHER_RETURNED",
        P::IncorrectBinder => "BINDER_DOES_NOT_VERIFY",
        _ => "UNEXPECTED_MESSAGE",
    }
}
