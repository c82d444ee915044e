//! Section `http`: where and to whom the server answers.

use std::net::SocketAddr;

use super::{
    fault::Fault,
    layer::Layers,
    setting::{Default, Kind, Setting},
};

/// Where and to whom the server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http {
    /// Address and port; port 0 takes a free one. Default `127.0.0.1:8080`;
    /// `STREAMBOARD_HTTP__LISTEN`.
    pub listen: SocketAddr,
    /// Whether anybody who reaches an address other than loopback may look and act. Default
    /// false; `STREAMBOARD_HTTP__ALLOW_ANONYMOUS`.
    pub allow_anonymous: bool,
}

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        path: "http.listen",
        kind: Kind::Address,
        default: Default::Is("127.0.0.1:8080"),
        flag: Some("--listen"),
        doc: "Address and port to serve on; port 0 takes a free one.",
    },
    Setting {
        path: "http.allow_anonymous",
        kind: Kind::Flag,
        default: Default::Is("false"),
        flag: None,
        doc: "Whether to serve, without sign-in, on an address other than loopback.",
    },
];

impl Http {
    pub(super) fn read(layers: &Layers<'_>, faults: &mut Vec<Fault>) -> Self {
        let http = Self {
            listen: layers.address("http.listen"),
            allow_anonymous: layers.flag("http.allow_anonymous"),
        };
        if !http.listen.ip().is_loopback() && !http.allow_anonymous {
            let reason = format!(
                "http.listen: {} can be reached from other machines, and nobody has to sign in; \
                 set http.allow_anonymous = true if that is meant",
                http.listen
            );
            faults.push(Fault::new(layers.origin("http.listen"), reason));
        }
        http
    }
}
