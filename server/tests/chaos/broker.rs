//! A broker that belongs to a test, by `end2end/kafka.sh`.

use std::{
    path::Path,
    process::{Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tempfile::TempDir;

/// Waits until no other test has a broker: each wants the machine for itself.
pub fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running broker with its folder. It ends with this value.
pub struct Broker {
    /// All that it has.
    pub folder: TempDir,
}

impl Broker {
    /// Starts a broker, with settings of the script in the environment.
    pub fn start(settings: &[(&str, &str)]) -> Broker {
        let folder = TempDir::new().expect("a temporary directory");
        run("start", folder.path(), settings);
        Broker { folder }
    }

    /// The address in a file of the folder: `brokers`, `behind`, `sasl`, `mutual`.
    pub fn address(&self, file: &str) -> String {
        let text = std::fs::read_to_string(self.folder.path().join(file));
        text.expect("the script wrote it").trim().to_owned()
    }

    /// Ends it as a crash would.
    pub fn kill(&self) {
        run("kill", self.folder.path(), &[]);
    }

    /// Starts it again on its data.
    pub fn restart(&self) {
        run("start", self.folder.path(), &[]);
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        run("kill", self.folder.path(), &[]);
    }
}

fn run(verb: &str, folder: &Path, settings: &[(&str, &str)]) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../end2end/kafka.sh");
    let mut command = Command::new(script);
    command.arg(verb).arg(folder).stdout(Stdio::null());
    command.env("KAFKA_OWNER", std::process::id().to_string());
    command.envs(settings.iter().copied());
    let status = command.status().expect("the script runs");
    assert!(status.success(), "kafka.sh {verb}: {status}");
}
