//! A client that keeps its connection: the request is made once, and answers are only looked at for their
//! status and length, so that little of the processors' time is the client's.

use std::{
    fs,
    io::{self, BufRead, BufReader, Write},
    net::TcpStream,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::failure::Failure;

/// A request, ready to be sent.
pub(super) struct Request {
    pub(super) address: String,
    pub(super) bytes: Vec<u8>,
}

/// What came of many.
#[derive(Default)]
pub(super) struct Tally {
    microseconds: Vec<u32>,
    pub(super) failed: usize,
    /// One answer that was no token.
    pub(super) wrong: Option<String>,
}

impl Request {
    /// A quote for `/v1/attestation`.
    pub(super) fn attestation(address: &str, quote: &Path) -> Result<Self, Failure> {
        let document = format!("{{\"quote\":\"{}\"}}", base64(&fs::read(quote)?, STANDARD, true));
        let evidence = base64(document.as_bytes(), URL_SAFE, false);
        let body = format!("{{\"tee\":\"tdx\",\"evidence\":\"{evidence}\"}}");
        let head = format!(
            "POST /v1/attestation HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        Ok(Self { address: address.to_owned(), bytes: (head + &body).into_bytes() })
    }
}

/// Sends a request again and again over so many connections, for so long or until it is told to stop.
pub(super) fn drive(request: &Request, connections: usize, time: Duration, stop: &AtomicBool) -> Tally {
    let end = Instant::now() + time;
    let mut all = Tally::default();
    thread::scope(|scope| {
        let running: Vec<_> =
            (0..connections).map(|_| scope.spawn(move || one(request, end, stop))).collect();
        for thread in running {
            if let Ok(tally) = thread.join() {
                all.microseconds.extend(tally.microseconds);
                all.failed += tally.failed;
                all.wrong = all.wrong.take().or(tally.wrong);
            }
        }
    });
    all.microseconds.sort_unstable();
    all
}

fn one(request: &Request, end: Instant, stop: &AtomicBool) -> Tally {
    let mut tally = Tally::default();
    let mut connection = None;
    while Instant::now() < end && !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        match ask(request, &mut connection) {
            Ok((200, _)) => {
                tally.microseconds.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
            Ok((status, body)) => {
                tally.failed += 1;
                tally.wrong.get_or_insert_with(|| format!("{status} {}", String::from_utf8_lossy(&body)));
            }
            Err(error) => {
                connection = None;
                tally.failed += 1;
                tally.wrong.get_or_insert_with(|| error.to_string());
            }
        }
    }
    tally
}

type Connection = BufReader<TcpStream>;

fn ask(request: &Request, connection: &mut Option<Connection>) -> io::Result<(u16, Vec<u8>)> {
    let open = match connection.take() {
        Some(open) => open,
        None => {
            let stream = TcpStream::connect(&request.address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(Duration::from_secs(60)))?;
            BufReader::new(stream)
        }
    };
    let open = connection.insert(open);
    open.get_mut().write_all(&request.bytes)?;
    answer(open)
}

/// Status and body of an answer that says its length.
pub(super) fn answer(from: &mut impl BufRead) -> io::Result<(u16, Vec<u8>)> {
    let mut line = String::new();
    let mut next = |from: &mut dyn BufRead| -> io::Result<String> {
        line.clear();
        if from.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_ascii_lowercase())
    };
    let first = next(from)?;
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let mut length = 0;
    loop {
        let header = next(from)?;
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    Ok((status, body))
}

impl Tally {
    pub(super) fn per_second(&self, time: Duration) -> f64 {
        u32::try_from(self.microseconds.len()).map_or(0.0, f64::from) / time.as_secs_f64()
    }

    pub(super) fn latencies(&self) -> String {
        let at = |share: usize| {
            let place =
                (self.microseconds.len() * share / 1_000).min(self.microseconds.len().saturating_sub(1));
            self.microseconds.get(place).copied().map_or(0.0, f64::from) / 1_000.0
        };
        format!("p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms", at(500), at(990), at(1_000))
    }
}

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// RFC 4648; this crate builds before everything else, and so has few dependencies.
fn base64(bytes: &[u8], alphabet: &[u8; 64], padded: bool) -> String {
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 4);
    for three in bytes.chunks(3) {
        let at = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            if place <= three.len() {
                let sextet = usize::try_from(bits >> (18 - 6 * place) & 0x3f).unwrap_or(0);
                text.push(char::from(alphabet[sextet]));
            } else if padded {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_spelt_as_the_standard_does() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(base64(bytes.as_bytes(), STANDARD, true), text);
            assert_eq!(base64(bytes.as_bytes(), URL_SAFE, false), text.trim_end_matches('='));
        }
        assert_eq!(base64(&[0xfb, 0xff], URL_SAFE, false), "-_8");
    }

    #[test]
    fn an_answer_is_read_to_its_length() {
        let mut text = &b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabcHTTP"[..];
        assert_eq!(answer(&mut text).unwrap(), (200, b"abc".to_vec()));
        assert_eq!(text, b"HTTP");
    }
}
