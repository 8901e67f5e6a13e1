//! A small PCS or PCCS on 127.0.0.1, in this process.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// One answer.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Says that the body is this much longer than it is.
    pub missing: usize,
    /// Closes the connection without a word.
    pub hang_up: bool,
}

impl Answer {
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, headers: Vec::new(), body: body.into(), missing: 0, hang_up: false }
    }

    pub fn status(status: u16) -> Self {
        Self { status, ..Self::ok("no") }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn truncated(mut self, missing: usize) -> Self {
        self.missing = missing;
        self
    }

    pub fn hang_up() -> Self {
        Self { hang_up: true, ..Self::ok("") }
    }
}

type Routes = HashMap<String, Vec<Answer>>;

/// Serves each path (with its query) its list of answers in turn; the last one is repeated.
pub struct Server {
    pub address: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn start(routes: impl IntoIterator<Item = (String, Vec<Answer>)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let routes: Arc<Mutex<Routes>> = Arc::new(Mutex::new(routes.into_iter().collect()));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (routes, log) = (Arc::clone(&routes), Arc::clone(&log));
                thread::spawn(move || serve(stream, &routes, &log));
            }
        });
        Self { address, seen }
    }

    /// Every path that was asked for, in order.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("no panic").clone()
    }
}

fn serve(mut stream: TcpStream, routes: &Mutex<Routes>, log: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a clone"));
    let mut request = String::new();
    let _ = reader.read_line(&mut request);
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    if path.is_empty() {
        return;
    }
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
    }
    log.lock().expect("no panic").push(path.clone());
    let answer = {
        let mut routes = routes.lock().expect("no panic");
        match routes.get_mut(&path) {
            None => Answer::status(404),
            Some(answers) if answers.len() > 1 => answers.remove(0),
            Some(answers) => answers[0].clone(),
        }
    };
    if answer.hang_up {
        return;
    }
    let mut head = format!("HTTP/1.1 {} X\r\nConnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", answer.body.len() + answer.missing));
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(&answer.body);
    let _ = stream.flush();
}
