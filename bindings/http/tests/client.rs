//! What an answer must be to be one, and whom the client asks.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::thread;
use std::time::Duration;

use veriquote_http::{Client, HttpError, Options, Reach, Trust};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn client(redirects: u32, reach: Reach) -> Client {
    let timeout = Duration::from_secs(1);
    Client::new(Options { timeout, trust: Trust::System, redirects, reach }).unwrap()
}

/// Answers every request with these bytes, and then closes the connection or, with `stay`, says nothing more.
fn service(answer: &'static str, stay: bool) -> String {
    let listener = TcpListener::bind((HERE, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let mut open = Vec::new();
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut request = [0; 4_096];
            let _ = connection.read(&mut request);
            let _ = connection.write_all(answer.as_bytes());
            if stay {
                open.push(connection);
            }
        }
    });
    format!("http://{address}/x")
}

fn refused(answer: &'static str, stay: bool) -> HttpError {
    client(0, Reach::Anywhere).get(&service(answer, stay), 10).unwrap_err()
}

#[test]
fn an_answer_is_whole_and_no_longer_than_its_bound() {
    let good = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nX: y\r\n\r\n0123456789";
    let answer = client(0, Reach::Anywhere).get(&service(good, false), 10).unwrap();
    assert_eq!(
        (answer.body.as_slice(), answer.status, answer.header("x")),
        (&b"0123456789"[..], 200, Some("y"))
    );
    assert!(answer.issuer_chain(&["X"]).unwrap_err().contains("`X`"));
    // One byte more, said or not; one byte less than was said; nothing more, and no end.
    let long = refused("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n01234567890", false);
    assert!(!long.transient && long.reason.contains("larger than 10"), "{long:?}");
    let endless = refused("HTTP/1.1 200 OK\r\n\r\n01234567890123", true);
    assert!(!endless.transient && endless.reason.contains("larger than 10"), "{endless:?}");
    let short = refused("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n012345678", false);
    assert!(short.transient, "{short:?}");
    let slow = refused("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234", true);
    assert!(slow.transient && slow.reason.contains("in time"), "{slow:?}");
}

#[test]
fn statuses_say_whether_to_come_again() {
    for (answer, transient, retry_after) in [
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", false, None),
        ("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", true, Some(7)),
        ("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", true, None),
    ] {
        let error = refused(answer, false);
        assert_eq!((error.transient, error.retry_after), (transient, retry_after.map(Duration::from_secs)));
        assert!(error.status.is_some());
    }
    // Of a POST every status is an answer.
    let url = service("HTTP/1.1 422 No\r\nContent-Length: 2\r\n\r\n{}", false);
    let answer = client(0, Reach::Anywhere).post_json(&url, "{}", 10).unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (422, &b"{}"[..]));
}

#[test]
fn detours_are_the_callers_choice() {
    let target = service("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", false);
    let moved = format!("HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n");
    let url = service(moved.leak(), false);
    assert!(client(0, Reach::Anywhere).get(&url, 10).is_err());
    assert_eq!(client(1, Reach::Anywhere).get(&url, 10).unwrap().body, b"ok");
    // This machine is not an address of the Internet.
    let error = client(1, Reach::PublicAnd(Vec::new())).get(&target, 10).unwrap_err();
    assert!(!error.transient && error.reason.contains("private network"), "{error:?}");
    let by_name = target.replace("127.0.0.1", "localhost");
    assert!(client(1, Reach::PublicAnd(Vec::new())).get(&by_name, 10).is_err());
    assert_eq!(client(1, Reach::PublicAnd(vec![HERE])).get(&target, 10).unwrap().body, b"ok");
    let none = Options {
        timeout: Duration::from_secs(1),
        trust: Trust::Roots(b"no certificate".to_vec()),
        redirects: 0,
        reach: Reach::Anywhere,
    };
    assert!(Client::new(none).is_err());
}
