//! A process that is killed loses nothing that it acknowledged.

mod support;

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use support::{Folder, ISSUER, PASSPHRASE};
use veriquote_forge::{hex, sha256};
use veriquote_server::config::{AdminToken, Config, Issuer};
use veriquote_server::keys::{Algorithm, Passphrase};
use veriquote_server::{Server, State};

const TOKEN: &str = "a-token-of-many-random-bits";
const FOLDER: &str = "VERIQUOTE_TEST_CRASH_FOLDER";
const WRITES: usize = 1_000;
const WRITERS: usize = 8;

/// The child: serves from the folder that the environment names until it is killed. A test by itself, which
/// does nothing where there is no such folder.
#[test]
fn child() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let mut config = Config {
        listen: ([127, 0, 0, 1], 0).into(),
        issuer: Issuer::new(ISSUER).unwrap(),
        data_dir: folder.into(),
        ..Config::default()
    };
    config.keys.kdf_memory_kib = 8_192;
    config.token.algorithm = Algorithm::Es256;
    config.client.requests_per_second = 0;
    config.admin.tokens = vec![AdminToken { name: "ci".into(), sha256: hex(&sha256(&[TOKEN.as_bytes()])) }];
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let state = State::open(config, Passphrase::new(PASSPHRASE.as_bytes()).unwrap()).await.unwrap();
        let server = Server::bind(state).await.unwrap();
        println!("listening on {}", server.address().unwrap());
        server.run(std::future::pending()).await;
    });
}

struct Child {
    process: std::process::Child,
    address: String,
}

impl Child {
    fn start(folder: &Folder) -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(FOLDER, folder.path().join("data"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        // The test harness writes `test child ... ` into the same line.
        let line =
            lines.map_while(Result::ok).find(|line| line.contains("listening on")).expect("an address");
        let address = line.rsplit(' ').next().unwrap().to_owned();
        Self { process, address }
    }

    fn kill(mut self) {
        // SIGKILL: nothing of the process runs any more.
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// A policy of this number, told apart from every other.
fn policy(number: usize) -> String {
    json!({ "tdx": { "mr_td": format!("{number:096x}") } }).to_string()
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().new_agent()
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let folder = Folder::new();
    let child = Child::start(&folder);
    let acknowledged = Mutex::new(Vec::new());
    let (next, bearer) = (AtomicUsize::new(0), format!("Bearer {TOKEN}"));
    let base = format!("http://{}/v2/policies", child.address);
    let begun = Instant::now();
    thread::scope(|scope| {
        let write = || {
            let agent = agent();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= WRITES {
                    return;
                }
                let sent = agent
                    .put(format!("{base}/p{number}"))
                    .header("Authorization", &bearer)
                    .header("Content-Type", "application/json")
                    .header("If-None-Match", "*")
                    .send(policy(number));
                match sent {
                    Ok(answer) if answer.status() == 201 => acknowledged.lock().unwrap().push(number),
                    Ok(answer) => panic!("{}", answer.status()),
                    // The process is gone.
                    Err(_) => return,
                }
            }
        };
        let writers: Vec<_> = (0..WRITERS).map(|_| scope.spawn(write)).collect();
        // In the midst of it, with writes under way.
        while acknowledged.lock().unwrap().len() < WRITES * 7 / 10 {
            assert!(writers.iter().any(|writer| !writer.is_finished()), "nobody writes any more");
            thread::sleep(Duration::from_millis(1));
        }
        child.kill();
    });
    let acknowledged = acknowledged.into_inner().unwrap();
    eprintln!("{} of {WRITES} writes acknowledged in {:?}", acknowledged.len(), begun.elapsed());
    assert!((WRITES * 7 / 10..WRITES).contains(&acknowledged.len()), "it was killed in the midst of it");
    let child = Child::start(&folder);
    let agent = agent();
    for number in &acknowledged {
        let url = format!("http://{}/v2/policies/p{number}", child.address);
        let mut answer = agent.get(url).header("Authorization", &bearer).call().unwrap();
        assert_eq!(answer.status(), 200, "p{number} was acknowledged");
        assert_eq!(answer.body_mut().read_to_string().unwrap(), policy(*number));
    }
    child.kill();
}
