//! The directory: who may open it, and what is refused without being touched.

use std::{fs, path::Path};

use pipeline::store::StoreError;
use rusqlite::Connection;

use super::*;

fn refused(directory: &Path) -> StoreError {
    match open(directory, Options::default()) {
        Ok(_) => panic!("{} was opened", directory.display()),
        Err(error) => error,
    }
}

#[test]
fn a_newer_database_is_left_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("streamboard.db");
    drop(open(directory.path(), Options::default()).expect("a new store"));
    let other = Connection::open(&path).expect("the database");
    other.pragma_update(None, "user_version", 99).expect("a version");
    let check = || {
        let before = fs::read(&path).expect("bytes");
        let error = refused(directory.path());
        assert!(matches!(error, StoreError::Newer { found: 99, known: 5 }), "{error}");
        assert!(fs::read(&path).expect("bytes") == before, "the file was touched");
    };
    check();
    drop(other);
    check();
}

#[test]
fn a_directory_has_one_owner() {
    let bench = Bench::new();
    let error = refused(bench.directory.path());
    assert!(
        matches!(&error, StoreError::Locked(name) if Path::new(name) == bench.directory.path())
    );
    let Bench { writer, reader, directory } = bench;
    drop(writer);
    let again = open(directory.path(), Options::default());
    assert!(again.is_ok(), "readers that are left do not hold the directory");
    drop(reader);
}

#[test]
fn a_damaged_file_is_left_alone() {
    let whole = {
        let mut bench = Bench::new();
        let mut source = Source::new(1);
        let entries = (1..500).map(|it| entry(it, source.next(&Book::Real))).collect();
        bench.commit(&batch_of(&Book::Real, entries));
        let Bench { writer, directory, .. } = bench;
        drop(writer);
        fs::read(directory.path().join("streamboard.db")).expect("bytes")
    };
    let mut scrambled = whole.clone();
    scrambled[100..].fill(0x5a);
    let check = |what: &str, bytes: &[u8]| {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("streamboard.db");
        fs::write(&path, bytes).expect("a file");
        let error = refused(directory.path());
        let text = error.to_string();
        assert!(matches!(error, StoreError::Failed(_)), "{what}: {text}");
        assert!(text.contains("streamboard.db"), "{what}: {text}");
        assert!(fs::read(&path).expect("bytes") == bytes, "{what}: the file was touched");
    };
    check("garbage", &[7; 5_000]);
    check("text", b"not a database");
    check("a torn header", &whole[..60]);
    check("a torn file", &whole[..6_000]);
    check("scrambled pages", &scrambled);
}

#[test]
fn a_directory_that_cannot_be_used_is_named() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("data");
    fs::write(&file, "here first").expect("a file");
    let blocked = directory.path().join("blocked");
    fs::create_dir_all(blocked.join("lock")).expect("a directory in place of the lock");
    for path in [file.clone(), file.join("below"), blocked, "/proc/streamboard".into()] {
        let error = refused(&path).to_string();
        let name = path.display().to_string();
        assert!(error.starts_with("cannot use data directory") && error.contains(&name), "{error}");
    }
    assert_eq!(fs::read_to_string(&file).expect("a file"), "here first");
}

#[test]
fn a_store_that_is_opened_again_has_everything() {
    let mut bench = Bench::new();
    let mut source = Source::new(6);
    let entries: Vec<_> = (1..50).map(|it| entry(it, source.next(&Book::Simulated))).collect();
    bench.commit(&batch_of(&Book::Simulated, entries.clone()));
    assert_eq!(bench.writer.seed().expect("no seed"), None);
    bench.writer.set_seed(u64::MAX).expect("the seed is kept");
    let Bench { writer, reader, directory } = bench;
    drop((writer, reader));
    let (writer, reader) = open(directory.path(), Options::default()).expect("the same store");
    assert_eq!(writer.seed().expect("a seed"), Some(u64::MAX));
    assert_eq!(reader.seed().expect("a seed"), Some(u64::MAX));
    assert_eq!(log(&reader, &Book::Simulated, 0), entries);
    assert!(reader.bytes() > 4_096);
}
