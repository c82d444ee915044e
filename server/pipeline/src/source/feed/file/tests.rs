use std::{
    fs::{self, OpenOptions},
    io::Write,
};

use model::{Timestamp, status::FeedState};
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::*;
use crate::{
    decode::{MAX_BYTES, Reason},
    feed::Format,
    flow::{Input, Request},
    source::feed::{Board, testing::monitor},
};

const HEADER: &str = "at,service,cpu\n";

/// A feed on a folder, and what it hands over.
struct Bench {
    folder: TempDir,
    pattern: &'static str,
    format: Format,
    tailer: Option<Tailer>,
    board: Board,
    requests: mpsc::Receiver<Request>,
    stored: BTreeMap<String, FeedPosition>,
}

impl Bench {
    fn new(pattern: &'static str, format: Format) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (_, requests) = mpsc::channel(1);
        let (board, stored) = (Board::default(), BTreeMap::new());
        let mut bench = Self { folder, pattern, format, tailer: None, board, requests, stored };
        bench.restart();
        bench
    }

    fn csv(pattern: &'static str) -> Self {
        Self::new(pattern, Format::Csv { delimiter: b',' })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A new tailer that knows what is stored.
    fn restart(&mut self) {
        let feed = monitor(self.format.clone());
        let (sender, requests) = mpsc::channel(64);
        self.requests = requests;
        self.board = Board::new([&feed].into_iter());
        let line = Line::new(self.board.clone(), 0, "monitor", || {
            Timestamp::from_millis(1_790_000_000_000)
        });
        let (path, outlet) = (self.path(self.pattern), Outlet::new(Input::new(sender)));
        self.tailer = Some(Tailer::new(feed, path, outlet, line, self.stored.clone()));
    }

    fn append(&self, name: &str, text: impl AsRef<[u8]>) {
        let file = OpenOptions::new().create(true).append(true).open(self.path(name));
        file.and_then(|mut file| file.write_all(text.as_ref())).expect("it is written");
    }

    /// Looks once; answers with the services that arrived, and the rejects as `line reason`.
    fn look(&mut self) -> Vec<String> {
        match self.tailer.as_mut().expect("a tailer").look() {
            Ok(waiting) => self.tailer.as_ref().unwrap().line.waits(waiting),
            Err(Stop::Failed(reason)) => self.tailer.as_ref().unwrap().line.fails(&reason, EVERY),
            Err(Stop::Closed) => panic!("closed"),
        }
        let mut found = Vec::new();
        while let Ok(request) = self.requests.try_recv() {
            let Request::Arrived(arrived) = request else { panic!("{request:?}") };
            found.extend(arrived.events.iter().map(|event| event.event.data.entity().to_owned()));
            for reject in arrived.rejects {
                let place = reject.row.expect("a row").place;
                let (_, line) = place.rsplit_once(':').expect("a line");
                found.push(format!("{line} {}", reject.reason.name()));
            }
            for ((_, place), position) in arrived.feeds {
                self.stored.insert(place, position);
            }
        }
        found
    }

    fn said(&self) -> (FeedState, String) {
        let line = self.board.list().remove(0);
        let prefix = format!("{}/", self.folder.path().display());
        (line.state, line.reason.unwrap_or_default().replace(&prefix, ""))
    }
}

fn row(service: &str) -> String {
    format!("2026-09-21T10:00:00Z,{service},0.5\n")
}

#[test]
fn rows_are_read_once_as_they_come() {
    let mut bench = Bench::csv("a.csv");
    assert_eq!(bench.look(), [""; 0]);
    assert_eq!(bench.said(), (FeedState::Waiting, "nothing is there yet".to_owned()));
    bench.append("a.csv", "at,ser");
    assert_eq!(bench.look(), [""; 0]);
    assert_eq!(bench.said().1, "a.csv:1: the header has no end yet");
    bench.append("a.csv", "vice,cpu\n");
    assert_eq!(bench.look(), [""; 0]);
    bench.append("a.csv", row("a") + &row("b") + "2026-09-21T10:00");
    assert_eq!(bench.look(), ["a", "b"]);
    assert_eq!(bench.look(), [""; 0]);
    assert_eq!(bench.said(), (FeedState::Reading, "a.csv:4: the row has no end yet".to_owned()));
    bench.append("a.csv", ":00Z,c,0.1\n");
    assert_eq!(bench.look(), ["c"]);
    bench.restart();
    assert_eq!(bench.look(), [""; 0], "after a restart it goes on behind what is stored");
    bench.append("a.csv", row("d"));
    assert_eq!(bench.look(), ["d"]);
}

#[test]
fn bad_rows_have_their_line_and_stop_nothing() {
    let mut bench = Bench::csv("a.csv");
    let mut text = "\u{feff}at,service,cpu\r\n".to_owned() + &row("a").replace('\n', "\r\n");
    text += "2026-09-21T10:00:00Z,\"b\r\nb\",0.5\r\n\r\n";
    text += "2026-09-21T10:00:00Z,few\r\nno time,x,0.5\r\n2026-09-21T10:00:00Z,x,2.5\r\n";
    bench.append("a.csv", text);
    bench.append("a.csv", b"2026-09-21T10:00:00Z,\xff,0.5\r\n");
    bench.append("a.csv", "x".repeat(MAX_BYTES + 9) + "\r\n" + &row("c"));
    let shape = Reason::Shape.name();
    let expected = [
        "a".to_owned(),
        "c".to_owned(),
        format!("3 {shape}"),
        format!("6 {shape}"),
        "7 envelope".to_owned(),
        format!("8 {shape}"),
        "9 not_utf8".to_owned(),
        "10 too_large".to_owned(),
    ];
    let mut found = bench.look();
    found.sort_by_key(|text| text.split(' ').next().and_then(|line| line.parse::<u32>().ok()));
    assert_eq!(found, expected);
    assert_eq!((bench.board.list()[0].rows, bench.board.list()[0].rejects), (8, 6));
}

#[test]
fn lines_of_json_are_rows() {
    let mut bench = Bench::new("*.ndjson", Format::Ndjson);
    bench
        .append("a.ndjson", "{\"at\": 1789999999000, \"service\": \"a\", \"cpu\": 0.5}\n{\n\n[]\n");
    assert_eq!(bench.look(), ["a", "2 not_json", "4 envelope"]);
}

#[test]
fn a_file_that_is_cut_or_written_anew_is_read_from_its_beginning() {
    let mut bench = Bench::csv("a.csv");
    bench.append("a.csv", HEADER.to_owned() + &row("a") + &row("b"));
    assert_eq!(bench.look(), ["a", "b"]);
    fs::write(bench.path("a.csv"), HEADER.to_owned() + &row("c")).unwrap();
    assert_eq!(bench.look(), ["c"], "shorter");
    fs::write(bench.path("a.csv"), HEADER.to_owned() + &row("d") + &row("e") + &row("f")).unwrap();
    assert_eq!(bench.look(), ["d", "e", "f"], "longer, and other than it was");
    fs::write(bench.path("new"), HEADER.to_owned() + &row("g")).unwrap();
    fs::rename(bench.path("new"), bench.path("a.csv")).unwrap();
    assert_eq!(bench.look(), ["g"], "another file in its place");
    fs::write(bench.path("new"), HEADER.to_owned() + &row("g") + &row("h")).unwrap();
    fs::rename(bench.path("new"), bench.path("a.csv")).unwrap();
    assert_eq!(bench.look(), ["h"], "another file with the same beginning goes on");
    fs::write(bench.path("a.csv"), HEADER.to_owned() + &row("i")).unwrap();
    bench.restart();
    assert_eq!(bench.look(), ["i"], "changed while nobody looked");
}

#[test]
fn a_file_that_is_rotated_is_read_to_its_end_and_not_again() {
    for pattern in ["a.csv", "a.csv*"] {
        let mut bench = Bench::csv(pattern);
        bench.append("a.csv", HEADER.to_owned() + &row("a"));
        assert_eq!(bench.look(), ["a"]);
        bench.append("a.csv", row("b"));
        fs::rename(bench.path("a.csv"), bench.path("a.csv.1")).unwrap();
        bench.append("a.csv", HEADER.to_owned() + &row("c"));
        assert_eq!(bench.look(), ["b", "c"], "{pattern}");
        bench.restart();
        assert_eq!(bench.look(), [""; 0], "{pattern}");
        bench.append("a.csv.1", row("d"));
        let late: &[&str] = if pattern == "a.csv" { &[] } else { &["d"] };
        assert_eq!(bench.look(), late, "{pattern}");
        fs::rename(bench.path("a.csv.1"), bench.path("a.csv.2")).unwrap();
        bench.restart();
        assert_eq!(bench.look(), [""; 0], "{pattern}: renamed while nobody looked");
    }
}

#[test]
fn one_file_that_cannot_be_read_keeps_no_other_from_it() {
    let mut bench = Bench::csv("");
    bench.append("a.csv", "at,name,cpu\n".to_owned() + &row("a"));
    bench.append("b.csv", HEADER.to_owned() + &row("b"));
    assert_eq!(bench.look(), ["b"]);
    let reason = "a.csv: line 1: no column is named \"service\"; there is at, name, cpu";
    assert_eq!(bench.said(), (FeedState::Failing, reason.to_owned()));
    fs::write(bench.path("a.csv"), HEADER.to_owned() + &row("a")).unwrap();
    assert_eq!(bench.look(), ["a"]);
    assert_eq!(bench.said().0, FeedState::Reading);
}
