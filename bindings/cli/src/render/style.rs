//! Colours, widths and wrapped lines.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

/// A style by what it means.
pub type Look = &'static str;

/// Plain good news.
pub const GOOD: Look = "good";
/// Plain bad news.
pub const BAD: Look = "bad";
/// Neither.
pub const WARN: Look = "warn";
/// Names of things.
pub const KEY: Look = "key";
/// What may be skipped when reading.
pub const DIM: Look = "dim";
/// Headings.
pub const HEAD: Look = "head";

/// Text for a terminal, wrapped to its width, with colours that the stream drops where none belong.
pub struct Canvas {
    text: String,
    width: usize,
}

/// Width of the column of names.
const NAME_WIDTH: usize = 22;

impl Canvas {
    /// A canvas as wide as the terminal, at most 120 columns, and 100 where there is none.
    pub fn new() -> Self {
        let width = terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0));
        Self { text: String::new(), width: width.clamp(60, 120) }
    }

    /// What was drawn.
    pub fn into_text(self) -> String {
        self.text
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A line of pieces, not wrapped.
    pub fn line(&mut self, pieces: &[(Look, &str)]) {
        for (look, text) in pieces {
            self.piece(look, text);
        }
        while self.text.ends_with(' ') {
            self.text.pop();
        }
        self.text.push('\n');
    }

    /// A heading.
    pub fn heading(&mut self, text: &str) {
        self.gap();
        self.line(&[(HEAD, text)]);
    }

    /// A name and its value, the value wrapped beside the name.
    pub fn field(&mut self, name: &str, value: &str) {
        self.field_styled(name, "", value);
    }

    /// A name and its value in a style.
    pub fn field_styled(&mut self, name: &str, look: Look, value: &str) {
        self.piece(KEY, &format!("  {name:<NAME_WIDTH$}"));
        if name.chars().count() >= NAME_WIDTH {
            self.text.push(' ');
        }
        self.wrapped(look, value, NAME_WIDTH + 2, NAME_WIDTH.max(name.chars().count() + 1) + 2);
    }

    /// A bullet and its text, wrapped beside the bullet.
    pub fn bullet(&mut self, look: Look, mark: &str, text: &str) {
        self.piece(look, &format!("  {mark} "));
        self.wrapped("", text, 4, 4);
    }

    /// Text from column `column` on, wrapped to `indent`, and a line end.
    pub fn wrapped(&mut self, look: Look, text: &str, indent: usize, column: usize) {
        let lines = wrap(text, self.width.saturating_sub(indent), self.width.saturating_sub(column));
        for (number, line) in lines.iter().enumerate() {
            if number > 0 {
                let _ = write!(self.text, "{:indent$}", "");
            }
            self.piece(look, line);
            self.text.push('\n');
        }
        if lines.is_empty() {
            self.text.push('\n');
        }
    }

    /// A piece of a line.
    pub fn piece(&mut self, look: Look, text: &str) {
        let style = match look {
            GOOD => AnsiColor::Green.on_default().bold(),
            BAD => AnsiColor::Red.on_default().bold(),
            WARN => AnsiColor::Yellow.on_default(),
            KEY => AnsiColor::Cyan.on_default(),
            DIM => Style::new().dimmed(),
            HEAD => Style::new().bold(),
            _ => Style::new(),
        };
        let _ = write!(self.text, "{style}{}{style:#}", visible(text));
    }
}

/// Input comes from elsewhere: control characters must not reach the terminal.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// A member's name in words: `mr_td` becomes `mr td`.
pub fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// Long hashes break after a multiple of so many digits.
const GROUP: usize = 16;

/// Lines of at most `width` characters, the first at most `first`; words longer than that are cut.
fn wrap(text: &str, width: usize, first: usize) -> Vec<String> {
    let width = width.max(16);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut room = first.max(16);
    for word in text.split_whitespace() {
        let mut word: Vec<char> = word.chars().collect();
        let used = line.chars().count();
        if used > 0 && used + 1 + word.len() > room {
            lines.push(std::mem::take(&mut line));
            room = width;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        while word.len() > room {
            // Whole groups of digits, so that the lines of a long hash align.
            let rest = word.split_off(room - room % GROUP);
            lines.push(word.into_iter().collect());
            word = rest;
            room = width;
        }
        line.extend(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_at_words_and_cuts_long_ones() {
        assert_eq!(wrap("a quick brown fox jumps", 16, 16), ["a quick brown", "fox jumps"]);
        assert_eq!(wrap(&"ab".repeat(20), 16, 16), ["abababababababab", "abababababababab", "abababab"]);
        assert_eq!(wrap("", 16, 16), [""; 0]);
    }

    #[test]
    fn control_characters_do_not_pass() {
        let mut canvas = Canvas::new();
        canvas.line(&[("", "a\u{1b}[31mb\u{7}")]);
        assert_eq!(canvas.into_text(), "a\u{fffd}[31mb\u{fffd}\n");
    }
}
