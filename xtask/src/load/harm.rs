//! Clients that mean harm: slow ones, huge ones, wrong ones, and very many at once.

use std::{
    fmt,
    io::{BufReader, Write},
    net::TcpStream,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use super::client::{self, Request, Tally, answer};

/// What came of them.
#[derive(Default)]
pub(super) struct Harm {
    slow: AtomicUsize,
    huge: AtomicUsize,
    malformed: AtomicUsize,
    other: AtomicUsize,
}

/// Connections that send one byte a second.
const SLOW: usize = 200;

/// Bytes of a body that is too long.
const HUGE: usize = 8 * 1024 * 1024;

/// Whose quote is no quote.
const MALFORMED: &[u8] = b"POST /v1/attestation HTTP/1.1\r\nHost: a\r\nContent-Length: 37\r\n\r\n\
    {\"tee\":\"tdx\",\"evidence\":\"e30\",\"a\":[[[";

/// Drives honest clients while the others do what they can.
pub(super) fn drive(request: &Request, connections: usize, time: Duration) -> (Tally, Harm) {
    let (stop, harm) = (AtomicBool::new(false), Harm::default());
    let tally = thread::scope(|scope| {
        for _ in 0..SLOW {
            scope.spawn(|| harm.slow(&request.address, &stop));
        }
        for _ in 0..2 {
            scope.spawn(|| harm.huge(&request.address, &stop));
            scope.spawn(|| harm.malformed(&request.address, &stop));
        }
        let tally = client::drive(request, connections, time, &AtomicBool::new(false));
        stop.store(true, Ordering::Relaxed);
        tally
    });
    (tally, harm)
}

impl Harm {
    fn slow(&self, address: &str, stop: &AtomicBool) {
        let Ok(mut stream) = TcpStream::connect(address) else { return };
        self.slow.fetch_add(1, Ordering::Relaxed);
        let head = b"POST /v1/attestation HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n";
        for byte in head.iter().chain([b' '; 1_000].iter()) {
            if stop.load(Ordering::Relaxed) || stream.write_all(&[*byte]).is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(500));
        }
    }

    fn huge(&self, address: &str, stop: &AtomicBool) {
        let body = vec![b' '; HUGE];
        while !stop.load(Ordering::Relaxed) {
            let Ok(mut stream) = TcpStream::connect(address) else { return };
            let head = format!("POST /v1/attestation HTTP/1.1\r\nHost: a\r\nContent-Length: {HUGE}\r\n\r\n");
            // The service answers before it has read it all, and hangs up.
            let _cut_off = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
            self.count(413, &self.huge, &mut BufReader::new(stream));
        }
    }

    fn malformed(&self, address: &str, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            let Ok(mut stream) = TcpStream::connect(address) else { return };
            if stream.write_all(MALFORMED).is_ok() {
                self.count(400, &self.malformed, &mut BufReader::new(stream));
            }
        }
    }

    fn count(&self, wanted: u16, counter: &AtomicUsize, from: &mut BufReader<TcpStream>) {
        match answer(from) {
            Ok((status, _)) if status == wanted => counter.fetch_add(1, Ordering::Relaxed),
            // Whoever still writes when the connection is closed does not get to read.
            Err(_) if wanted == 413 => counter.fetch_add(1, Ordering::Relaxed),
            _ => self.other.fetch_add(1, Ordering::Relaxed),
        };
    }
}

impl fmt::Display for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        write!(
            f,
            "beside {} slow connections, {} huge bodies cut off, {} malformed ones refused ({} others)",
            of(&self.slow),
            of(&self.huge),
            of(&self.malformed),
            of(&self.other)
        )
    }
}
