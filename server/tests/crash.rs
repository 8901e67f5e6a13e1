//! A process that is killed loses nothing that it acknowledged.

mod support;

use std::collections::BTreeSet;
use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use support::postgres::Postgres;
use support::{Folder, ISSUER, PASSPHRASE};
use veriquote_forge::{hex, sha256};
use veriquote_server::config::{AdminToken, Config, Issuer};
use veriquote_server::keys::{Algorithm, Passphrase};
use veriquote_server::operations::audit::{Watched, verify_all};
use veriquote_server::{Server, State};

const TOKEN: &str = "a-token-of-many-random-bits";
const FOLDER: &str = "VERIQUOTE_TEST_CRASH_FOLDER";
const DATABASE: &str = "VERIQUOTE_TEST_CRASH_DATABASE";
const WRITES: usize = 1_000;
const KILLS: usize = 4;
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
    config.store.url = env::var(DATABASE).ok().map(Into::into);
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
    fn start(folder: &Folder, database: Option<&str>) -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(FOLDER, folder.path().join("data"))
            .envs(database.map(|url| (DATABASE, url)))
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

/// Four times over: the service starts, is written to from all sides, and is killed at a moment that nobody
/// chose; what it acknowledged before it was killed is there at the end. `database` is one of PostgreSQL.
fn survives(database: Option<&str>) {
    let folder = Folder::new();
    let acknowledged = Mutex::new(BTreeSet::new());
    let (next, bearer) = (AtomicUsize::new(0), format!("Bearer {TOKEN}"));
    let (begun, mut killed_at) = (Instant::now(), Vec::new());
    for round in 1..=KILLS {
        let child = Child::start(&folder, database);
        let base = format!("http://{}/v2/policies", child.address);
        // Somewhere in this quarter of the writes; the last one when all of them are there.
        let quarter = WRITES / KILLS;
        let at = if round < KILLS { quarter * (round - 1) + random(quarter) } else { WRITES };
        thread::scope(|scope| {
            let write = || {
                let agent = agent();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let sent = agent
                        .put(format!("{base}/p{number}"))
                        .header("Authorization", &bearer)
                        .header("Content-Type", "application/json")
                        .header("If-None-Match", "*")
                        .send(policy(number));
                    match sent {
                        Ok(answer) if answer.status() == 201 => {
                            acknowledged.lock().unwrap().insert(number);
                        }
                        Ok(answer) => panic!("{}", answer.status()),
                        // The process is gone.
                        Err(_) => return,
                    }
                }
            };
            let writers: Vec<_> = (0..WRITERS).map(|_| scope.spawn(write)).collect();
            while acknowledged.lock().unwrap().len() < at {
                assert!(writers.iter().any(|writer| !writer.is_finished()), "nobody writes any more");
                thread::sleep(Duration::from_millis(1));
            }
            // And somewhere within a write.
            thread::sleep(Duration::from_micros(u64::try_from(random(20_000)).unwrap()));
            child.kill();
        });
        killed_at.push(acknowledged.lock().unwrap().len());
    }
    let acknowledged = acknowledged.into_inner().unwrap();
    let (sent, took) = (next.into_inner(), begun.elapsed());
    eprintln!("{} of {sent} writes acknowledged in {took:?}; killed at {killed_at:?}", acknowledged.len());
    assert!(acknowledged.len() >= WRITES && sent > acknowledged.len());
    let child = Child::start(&folder, database);
    let agent = agent();
    for number in &acknowledged {
        let url = format!("http://{}/v2/policies/p{number}", child.address);
        let mut answer = agent.get(url).header("Authorization", &bearer).call().unwrap();
        assert_eq!(answer.status(), 200, "p{number} was acknowledged");
        assert_eq!(answer.body_mut().read_to_string().unwrap(), policy(*number));
    }
    child.kill();
    // Each of them stands in the audit log, too, whose chain holds.
    let log = folder.path().join("data/audit.jsonl");
    verify_all(&log, &mut Watched::default()).unwrap();
    let log = std::fs::read_to_string(log).unwrap();
    let changed: BTreeSet<usize> = log.lines().filter_map(changed).collect();
    assert!(acknowledged.is_subset(&changed));
}

/// The number of the policy whose change a line tells.
fn changed(line: &str) -> Option<usize> {
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    let entry = &line["entry"];
    (entry["event"] == "policy.changed").then(|| entry["id"].as_str().unwrap()[1..].parse().unwrap())
}

fn random(below: usize) -> usize {
    let mut bytes = [0; 8];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    usize::from_le_bytes(bytes) % below
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    survives(None);
}

#[test]
fn nor_where_the_store_is_postgresql() {
    let Some(postgres) = Postgres::start() else { return };
    survives(Some(&postgres.database("crash")));
}
