//! The program under test, which is killed and started again on the same data.

use std::{
    fs::{File, OpenOptions},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;
use ureq::Agent;

/// How long anything may take that is waited for; far more than a slow machine needs.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// How the program is started, and its process while it runs. It ends with this value.
pub struct Program {
    /// `127.0.0.1:PORT`, the same after each start.
    pub address: String,
    data: PathBuf,
    log: PathBuf,
    settings: Vec<(String, String)>,
    child: Option<Child>,
    agent: Agent,
}

impl Program {
    /// A program that is not started yet, on a data directory, with settings as variables. Its log
    /// goes to a file beside the directory.
    pub fn new(data: &Path, settings: &[(&str, &str)]) -> Program {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let log = data.with_extension(format!("{}.log", listener.local_addr().unwrap().port()));
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            .build();
        let settings = settings.iter().map(owned).collect();
        let data = data.to_owned();
        Program { address, data, log, settings, child: None, agent: config.into() }
    }

    /// Starts it, without waiting for anything.
    pub fn start(&mut self) {
        let log: File =
            OpenOptions::new().create(true).append(true).open(&self.log).expect("a log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_streamboard"));
        command.args(["--listen", &self.address, "--data"]).arg(&self.data);
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.data.parent().expect("a folder around the data"));
        command.stdout(Stdio::null()).stderr(log);
        self.child = Some(command.spawn().expect("the program starts"));
    }

    /// Ends it with SIGKILL; it must have been alive until then.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        let ended = child.try_wait().expect("a state");
        assert!(ended.is_none(), "it ended by itself, {ended:?}:\n{}", self.log());
        child.kill().expect("it is killed");
        child.wait().expect("it ends");
    }

    /// Everything it ever logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// What it answers: status and body; nothing while it cannot be reached.
    pub fn ask(&self, path: &str) -> Option<(u16, String)> {
        let mut answer = self.agent.get(format!("http://{}{path}", self.address)).call().ok()?;
        Some((answer.status().as_u16(), answer.body_mut().read_to_string().ok()?))
    }

    /// What it answers with 200.
    pub fn get(&self, path: &str) -> Option<Value> {
        let (status, body) = self.ask(path)?;
        (status == 200).then(|| serde_json::from_str(&body).expect("JSON"))
    }

    /// Asks until it answers what is wanted.
    pub fn until<T>(&self, what: &str, mut ask: impl FnMut(&Program) -> Option<T>) -> T {
        let answer = within(PATIENCE, || ask(self));
        answer.unwrap_or_else(|| panic!("never {what}; the log ends:\n{}", tail(&self.log())))
    }

    /// Waits until it is ready.
    pub fn ready(&self) {
        self.until("ready", |program| program.ask("/readyz").filter(|(status, _)| *status == 200));
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// Asks again until there is an answer or the time is over.
pub fn within<T>(time: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        let answer = ask();
        if answer.is_some() || start.elapsed() > time {
            return answer;
        }
        sleep(Duration::from_millis(20));
    }
}

/// The last lines of a text.
fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
