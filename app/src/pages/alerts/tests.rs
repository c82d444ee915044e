//! The page of alerts, rendered as the server does.
