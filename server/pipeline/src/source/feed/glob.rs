//! The files of a feed: one file, those of a folder, or those whose name fits a pattern.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Most files of a feed.
const FILES: usize = 10_000;

/// The files at a path, by name. A folder's hidden files are none of them.
///
/// # Errors
/// When the folder cannot be read, nothing is there, or there are too many.
pub(super) fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    let pattern = path.file_name().and_then(|name| name.to_str());
    let pattern = pattern.filter(|name| name.contains(['*', '?']));
    let (folder, pattern) = match (pattern, path.parent()) {
        (Some(pattern), Some(folder)) => (folder, pattern),
        _ if fs::metadata(path)?.is_dir() => (path, "*"),
        _ => return Ok(vec![path.to_owned()]),
    };
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut files = Vec::new();
    for entry in fs::read_dir(listed)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !name.starts_with('.') && fits(&name, pattern) && is_file(&entry.path()) {
            files.push(folder.join(entry.file_name()));
        }
        if files.len() > FILES {
            return Err(io::Error::other(format!("more than {FILES} files are there")));
        }
    }
    files.sort();
    Ok(files)
}

/// Whether a file is there: it may be gone by now.
fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file())
}

/// Whether a name fits a pattern in which `*` stands for any text and `?` for one character.
fn fits(name: &str, pattern: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => name.is_empty(),
        Some('*') => {
            let rest = rest.as_str();
            let mut ends = name.char_indices().map(|(index, _)| index).chain([name.len()]);
            ends.any(|index| fits(&name[index..], rest))
        }
        Some(one) => {
            let mut name = name.chars();
            let fitting = name.next().is_some_and(|found| one == '?' || one == found);
            fitting && fits(name.as_str(), rest.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_patterns() {
        let check = |pattern: &str, name: &str, holds: bool| {
            assert_eq!(fits(name, pattern), holds, "{name} {pattern}");
        };
        check("*", "", true);
        check("*.csv", "a.csv", true);
        check("*.csv", "a.csv.1", false);
        check("budget-*.csv*", "budget-2026.csv.1", true);
        check("b?.csv", "bé.csv", true);
        check("b?.csv", "b.csv", false);
        check("a.csv", "a_csv", false);
    }

    #[test]
    fn a_path_is_a_file_a_folder_or_a_pattern() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["b.csv", "a.csv", ".hidden.csv", "c.txt"] {
            fs::write(folder.path().join(name), "x").expect("a file");
        }
        fs::create_dir(folder.path().join("d.csv")).expect("a folder");
        let check = |path: &str, names: &[&str]| {
            let found = files(&folder.path().join(path)).expect("files");
            let found: Vec<_> = found.iter().map(|file| file.file_name().unwrap()).collect();
            assert_eq!(found, names, "{path}");
            let one = files(&folder.path().join(path)).expect("files").pop();
            assert!(one.is_none_or(|one| one.exists()), "{path}");
        };
        check("a.csv", &["a.csv"]);
        check("*.csv", &["a.csv", "b.csv"]);
        check("", &["a.csv", "b.csv", "c.txt"]);
        check("*.json", &[]);
        assert!(files(&folder.path().join("none.csv")).is_err());
        assert!(files(&folder.path().join("none/*.csv")).is_err());
    }
}
