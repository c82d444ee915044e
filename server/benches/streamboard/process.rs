//! The program as a user runs it: start, memory, idle CPU, and the bytes of a first visit.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use tempfile::TempDir;

use crate::Figure;

/// How long the program idles before it is looked at.
const SETTLE: Duration = Duration::from_secs(10);

/// How long its idle CPU is watched.
const WATCH: Duration = Duration::from_secs(20);

/// What the script loads besides what the page names.
const SCRIPTED: &str = "/pkg/split.js";

/// A server that ends with this value.
struct Running {
    child: Child,
    address: String,
    _data: TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Running {
    fn start(program: &Path) -> anyhow::Result<Self> {
        let data = TempDir::new()?;
        let mut child = Command::new(program)
            .args(["--listen", "127.0.0.1:0", "--source", "simulation", "--seed", "4127", "--data"])
            .arg(data.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}; make build first", program.display()))?;
        let out = child.stdout.take().context("no output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let address = line.trim().strip_prefix("http://").context("no URL")?.to_owned();
        Ok(Self { child, address, _data: data })
    }

    /// Bytes of the body of an answer, compressed as a browser asks for it, and its status line.
    fn get(&self, path: &str) -> anyhow::Result<(String, usize)> {
        let (status, body) = self.body(path, "br")?;
        Ok((status, body.len()))
    }

    fn body(&self, path: &str, encoding: &str) -> anyhow::Result<(String, Vec<u8>)> {
        let mut stream = TcpStream::connect(&self.address)?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {}\r\nAccept-Encoding: {encoding}\r\nConnection: close\r\n\r\n",
            self.address
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").context("no head")?;
        let status =
            String::from_utf8_lossy(&answer[..end]).lines().next().unwrap_or("").to_owned();
        Ok((status, answer.split_off(end + 4)))
    }

    /// Bytes of all that a browser loads to show the overview for the first time.
    fn first_visit(&self) -> anyhow::Result<usize> {
        let page = String::from_utf8(self.body("/", "identity")?.1)?;
        let named = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let files: BTreeSet<&str> = named
            .filter(|path| path.starts_with("/pkg/") || path.starts_with("/assets/"))
            .chain([SCRIPTED])
            .collect();
        let mut bytes = self.get("/")?.1;
        for file in files {
            let (status, size) = self.get(file)?;
            ensure!(status.contains("200"), "{file}: {status}");
            bytes += size;
        }
        Ok(bytes)
    }

    fn resident_megabytes(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
        Ok(kilobytes / 1_024.0)
    }

    /// Seconds of CPU that the process has used.
    fn cpu(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let fields: Vec<&str> =
            stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks: f64 = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
        // Linux counts hundredths of a second for user space on every architecture.
        Ok(ticks / 100.0)
    }
}

/// Starts the program and looks at it.
pub fn measure(program: &Path) -> anyhow::Result<Vec<Figure>> {
    let start = Instant::now();
    let running = Running::start(program)?;
    let first = loop {
        let (status, _) = running.get("/")?;
        if status.contains("200") {
            break start.elapsed();
        }
        ensure!(start.elapsed() < Duration::from_secs(10), "no page within 10 s: {status}");
        sleep(Duration::from_millis(5));
    };
    sleep(SETTLE);
    let (before, watched) = (running.cpu()?, Instant::now());
    sleep(WATCH);
    let idle = 100.0 * (running.cpu()? - before) / watched.elapsed().as_secs_f64();
    let bytes = running.first_visit()?;
    Ok(vec![
        Figure::new(
            "start to first page",
            format!("{:.0} ms", first.as_secs_f64() * 1e3),
            "500 ms now, 200 ms later",
        ),
        Figure::new(
            "memory in simulation, resident",
            format!("{:.0} MB", running.resident_megabytes()?),
            "50 MB",
        ),
        Figure::new(
            "idle CPU in simulation",
            format!("{idle:.1} % of a core"),
            "2 % now, 1 % later",
        ),
        Figure::new("first visit, transferred", format!("{} KB", bytes / 1_000), "260 KB"),
    ])
}
