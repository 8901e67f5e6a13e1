//! What a batch is made of: the files of a folder, or the lines of a file.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use veriquote_facade::{Blob, Document, Problem, Time};

use crate::input;

/// One quote to verify.
pub struct Item {
    /// What it is called in the output.
    pub id: String,
    /// What to do, or why that is not known.
    pub task: Result<Task, Problem>,
}

/// What to verify.
#[derive(Debug)]
pub struct Task {
    /// The quote.
    pub quote: Source,
    /// Its own collateral, instead of the command line's.
    pub collateral: Option<CollateralSource>,
    /// Its own time.
    pub at: Option<Time>,
    /// Its own report data.
    pub report_data: Option<String>,
}

/// A quote, here or in a file.
#[derive(Debug)]
pub enum Source {
    /// In a file.
    File(PathBuf),
    /// As text.
    Text(String),
}

/// Collateral, here or in a file; equal sources are prepared once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CollateralSource {
    /// In a file.
    File(PathBuf),
    /// As JSON text.
    Text(String),
}

impl Source {
    /// The bytes.
    pub fn read(&self) -> Result<Blob, Problem> {
        match self {
            Self::File(path) => input::read(path, "quote"),
            Self::Text(text) => Ok(Blob::from(text.as_str())),
        }
    }
}

impl CollateralSource {
    /// The document.
    pub fn read(&self) -> Result<Document, Problem> {
        match self {
            Self::File(path) => input::read(path, "collateral").map(|blob| Document(blob.0)),
            Self::Text(text) => Ok(Document(text.clone().into_bytes())),
        }
    }
}

/// All of them, one after the other.
pub enum Items {
    /// A folder, read and sorted.
    Folder(std::vec::IntoIter<Item>),
    /// A file of JSON lines, read as it is worked on.
    Lines { lines: io::Lines<BufReader<File>>, number: u64, beside: PathBuf },
}

/// The longest line: a quote and its collateral in hex have less.
const LINE_BYTES: usize = 32 * 1024 * 1024;

impl Items {
    /// Opens a folder or file.
    pub fn open(path: &Path) -> Result<Self, Problem> {
        let unreadable = |error: &io::Error| {
            Problem::misuse(
                "--batch",
                format!("cannot read `{}`: {}", path.display(), input::reason(error)),
                "name a folder of quotes, or a file with one JSON object on each line",
            )
        };
        if fs::metadata(path).map_err(|error| unreadable(&error))?.is_dir() {
            let items = folder(path).map_err(|error| unreadable(&error))?;
            if items.is_empty() {
                return Err(Problem::misuse(
                    "--batch",
                    format!("there is no quote in `{}`", path.display()),
                    "a quote is any file but *.json, *.md and *.pem, or a folder with quote.bin in it",
                ));
            }
            return Ok(Self::Folder(items.into_iter()));
        }
        let file = File::open(path).map_err(|error| unreadable(&error))?;
        let beside = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Ok(Self::Lines { lines: BufReader::new(file).lines(), number: 0, beside })
    }

    /// How many, where that is known.
    pub fn len(&self) -> Option<u64> {
        match self {
            Self::Folder(items) => u64::try_from(items.len()).ok(),
            Self::Lines { .. } => None,
        }
    }
}

impl Iterator for Items {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        match self {
            Self::Folder(items) => items.next(),
            Self::Lines { lines, number, beside } => loop {
                *number += 1;
                let line = lines.next()?;
                if !matches!(&line, Ok(text) if text.trim().is_empty()) {
                    return Some(read_line(*number, line, beside));
                }
            },
        }
    }
}

/// Files that are quotes, and folders that hold `quote.bin`, with `collateral.json` beside where it is.
fn folder(path: &Path) -> io::Result<Vec<Item>> {
    let mut names: Vec<_> =
        fs::read_dir(path)?.map(|entry| entry.map(|e| e.file_name())).collect::<Result<_, _>>()?;
    names.sort();
    let mut items = Vec::new();
    for name in names {
        let id = name.to_string_lossy().into_owned();
        let inside = path.join(&name);
        let (quote, collateral) = if inside.is_dir() {
            (inside.join("quote.bin"), inside.join("collateral.json"))
        } else {
            let stem = inside.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            (inside.clone(), path.join(format!("{stem}.collateral.json")))
        };
        let other = [".json", ".jsonl", ".md", ".pem"].iter().any(|end| id.ends_with(end));
        if id.starts_with('.') || other && !inside.is_dir() || !quote.is_file() {
            continue;
        }
        let collateral = collateral.is_file().then_some(CollateralSource::File(collateral));
        let task = Task { quote: Source::File(quote), collateral, at: None, report_data: None };
        items.push(Item { id, task: Ok(task) });
    }
    Ok(items)
}

/// `{"id": …, "quote": …, "collateral": …, "at": …}`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(default)]
    id: Option<Value>,
    #[serde(default)]
    quote: Option<String>,
    #[serde(default)]
    quote_file: Option<PathBuf>,
    #[serde(default)]
    collateral: Option<Box<RawValue>>,
    #[serde(default)]
    at: Option<Time>,
    #[serde(default)]
    report_data: Option<String>,
}

fn read_line(number: u64, line: io::Result<String>, beside: &Path) -> Item {
    let name = format!("line {number}");
    let bad = |message: String| {
        Problem::misuse(
            "--batch",
            format!("line {number}: {message}"),
            "write {\"id\": …, \"quote\" or \"quote_file\": …, \"collateral\": …, \"at\": …, \"report_data\": …}",
        )
    };
    let text = match line {
        Ok(text) if text.len() > LINE_BYTES => {
            return Item { id: name, task: Err(bad("it is too long".to_owned())) };
        }
        Ok(text) => text,
        Err(error) => return Item { id: name, task: Err(bad(input::reason(&error))) },
    };
    let line: Line = match serde_json::from_str(&text) {
        Ok(line) => line,
        Err(error) => return Item { id: name, task: Err(bad(error.to_string())) },
    };
    let id = match line.id {
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
        None => name,
    };
    let quote = match (line.quote, line.quote_file) {
        (Some(text), None) => Source::Text(text),
        (None, Some(path)) => Source::File(beside.join(path)),
        _ => return Item { id, task: Err(bad("give either quote or quote_file".to_owned())) },
    };
    let collateral = line.collateral.map(|raw| match serde_json::from_str::<String>(raw.get()) {
        Ok(path) => CollateralSource::File(beside.join(path)),
        Err(_) => CollateralSource::Text(raw.get().to_owned()),
    });
    Item { id, task: Ok(Task { quote, collateral, at: line.at, report_data: line.report_data }) }
}
