//! What every store promises: the same tests on SQLite in memory, in a file, and on PostgreSQL.

mod support;

use std::future::Future;
use std::sync::Arc;

use support::Folder;
use support::postgres::Postgres;
use veriquote::UnixTime;
use veriquote_server::store::{
    Database, EventFilter, Store, StoredDocument, StoredEvent, StoredInstance, StoredNonce, StoredPolicy,
};

fn run<F: Future<Output = ()>>(future: F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("a runtime").block_on(future);
}

/// Every promise on every engine, each with an empty store.
#[test]
fn engines_keep_the_same_promises() {
    let postgres = Postgres::start();
    run(async {
        for (number, name) in ["memory", "file", "postgres"].into_iter().enumerate() {
            let folder = Folder::new();
            let store: Arc<dyn Store> = match name {
                "memory" => Arc::new(Database::in_memory().await.unwrap()),
                "file" => Arc::new(Database::sqlite(&folder.path().join("a %?#.db")).await.unwrap()),
                _ => {
                    let Some(postgres) = &postgres else { continue };
                    let url = postgres.database(&format!("store{number}"));
                    Arc::new(Database::postgres(&url, 8).await.unwrap())
                }
            };
            eprintln!("{name}");
            store.ping().await.unwrap();
            a_challenge_is_used_once(&store).await;
            a_document_stays_as_it_was(store.as_ref()).await;
            versions_follow_each_other(store.as_ref()).await;
            secrets_are_made_once(store.as_ref()).await;
            turns_are_taken_in_turn(store.as_ref()).await;
            keys_are_withdrawn_and_nothing_else(store.as_ref()).await;
            changes_follow_each_other(&store).await;
            a_nonce_is_taken_once(&store).await;
            deviations_are_counted(store.as_ref()).await;
        }
    });
}

#[cfg(unix)]
#[test]
fn nobody_else_reads_a_file_of_sqlite() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let file = folder.path().join("store.db");
    let modes = || {
        let entries = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap);
        let mut modes: Vec<(String, u32)> = entries
            .map(|it| {
                (it.file_name().into_string().unwrap(), it.metadata().unwrap().permissions().mode() & 0o777)
            })
            .collect();
        modes.sort();
        modes
    };
    let private: Vec<_> =
        ["store.db", "store.db-shm", "store.db-wal"].map(|name| (name.to_owned(), 0o600)).into();
    run(async {
        let store = Database::sqlite(&file).await.unwrap();
        assert!(store.use_challenge("a", UnixTime(10)).await.unwrap());
        assert_eq!(modes(), private);
        // As an older release made them.
        for (name, _) in modes() {
            let open = std::fs::Permissions::from_mode(0o644);
            std::fs::set_permissions(folder.path().join(name), open).unwrap();
        }
        let again = Database::sqlite(&file).await.unwrap();
        assert!(!again.use_challenge("a", UnixTime(10)).await.unwrap());
        assert_eq!(modes(), private);
    });
}

/// Opens again what is there: migrations are applied once, by whichever node comes first.
#[test]
fn a_store_is_opened_again() {
    let postgres = Postgres::start();
    run(async {
        let folder = Folder::new();
        let file = folder.path().join("store.db");
        let first = Database::sqlite(&file).await.unwrap();
        assert!(first.use_challenge("a", UnixTime(10)).await.unwrap());
        let second = Database::sqlite(&file).await.unwrap();
        assert!(!second.use_challenge("a", UnixTime(10)).await.unwrap());
        let Some(postgres) = &postgres else { return };
        let url = postgres.database("again");
        let opened = (0..4).map(|_| {
            let url = url.clone();
            tokio::spawn(async move { Database::postgres(&url, 2).await })
        });
        let mut stores = Vec::new();
        for opening in opened.collect::<Vec<_>>() {
            stores.push(opening.await.unwrap().unwrap());
        }
        assert!(stores[0].use_challenge("a", UnixTime(10)).await.unwrap());
        assert!(!stores[3].use_challenge("a", UnixTime(10)).await.unwrap());
    });
}

/// How many of 32 that try at once succeed.
async fn at_once<F>(attempt: impl Fn(usize) -> F) -> usize
where
    F: Future<Output = bool> + Send + 'static,
{
    let tasks: Vec<_> = (0..32).map(|number| tokio::spawn(attempt(number))).collect();
    let mut won = 0;
    for task in tasks {
        won += usize::from(task.await.unwrap());
    }
    won
}

async fn a_challenge_is_used_once(store: &Arc<dyn Store>) {
    assert!(store.use_challenge("a", UnixTime(10)).await.unwrap());
    assert!(!store.use_challenge("a", UnixTime(10)).await.unwrap());
    assert!(store.use_challenge("b", UnixTime(20)).await.unwrap());
    assert_eq!(store.forget_challenges(UnixTime(15)).await.unwrap(), 1);
    assert!(store.use_challenge("a", UnixTime(10)).await.unwrap());
    assert!(!store.use_challenge("b", UnixTime(20)).await.unwrap());
    let won = at_once(|_| {
        let store = Arc::clone(store);
        async move { store.use_challenge("raced", UnixTime(10)).await.unwrap() }
    });
    assert_eq!(won.await, 1);
}

async fn a_document_stays_as_it_was(store: &dyn Store) {
    let mut document = StoredDocument {
        body: vec![0, 0xff, b'{', 0],
        media_type: "application/pkix-crl".into(),
        issuer_chain: "-----BEGIN".into(),
        headers: "Request-ID: a".into(),
        fetched_at: UnixTime(7),
        source: "https://a".into(),
    };
    assert_eq!(store.document("k").await.unwrap(), None);
    assert!(store.keep_document("k", &document, None).await.unwrap());
    assert_eq!(store.document("k").await.unwrap().as_ref(), Some(&document));
    // Whoever did not know of it does not take its place.
    for before in [None, Some(UnixTime(6))] {
        let other = StoredDocument { body: vec![1], ..document.clone() };
        assert!(!store.keep_document("k", &other, before).await.unwrap());
    }
    assert_eq!(store.document("k").await.unwrap().as_ref(), Some(&document));
    document.body.push(1);
    assert!(store.keep_document("k", &document, Some(UnixTime(7))).await.unwrap());
    assert_eq!(store.document("k").await.unwrap().as_ref(), Some(&document));
    assert_eq!(store.documents("-").await.unwrap(), [("k".to_owned(), UnixTime(7))]);
    for at in 0..4 {
        let document = StoredDocument { fetched_at: UnixTime(at), ..document.clone() };
        assert!(store.keep_document(&format!("p/{}", 9 - at), &document, None).await.unwrap());
    }
    assert_eq!(store.forget_documents("p/", 4).await.unwrap(), 0);
    assert_eq!(store.forget_documents("p/", 1).await.unwrap(), 3);
    let left: Vec<String> = store.documents("-").await.unwrap().into_iter().map(|(key, _)| key).collect();
    assert_eq!(left, ["k", "p/6"]);
    assert_eq!(store.forget_documents("p/", 0).await.unwrap(), 1);
}

async fn versions_follow_each_other(store: &dyn Store) {
    let policy = |version, text: Option<&str>| StoredPolicy {
        id: "p".into(),
        version,
        text: text.map(Into::into),
        hash: "00".into(),
        created_at: UnixTime(version),
    };
    assert!(!store.add_policy(&policy(2, Some("b"))).await.unwrap(), "no version 1");
    assert!(store.add_policy(&policy(1, Some("a"))).await.unwrap());
    assert!(!store.add_policy(&policy(1, Some("other"))).await.unwrap());
    assert!(store.add_policy(&policy(2, Some("b"))).await.unwrap());
    assert_eq!(store.policy("p").await.unwrap(), Some(policy(2, Some("b"))));
    assert_eq!(store.policies().await.unwrap(), [policy(2, Some("b"))]);
    assert!(store.add_policy(&policy(3, None)).await.unwrap());
    assert_eq!(store.policy("p").await.unwrap(), None);
    assert_eq!(store.policies().await.unwrap(), []);
    let versions: Vec<i64> =
        store.policy_versions("p").await.unwrap().iter().map(|policy| policy.version).collect();
    assert_eq!(versions, [3, 2, 1]);
}

async fn secrets_are_made_once(store: &dyn Store) {
    assert_eq!(store.secret("s").await.unwrap(), None);
    assert!(store.add_secret("s", "one").await.unwrap());
    assert!(!store.add_secret("s", "other").await.unwrap());
    assert_eq!(store.secret("s").await.unwrap().as_deref(), Some("one"));
}

async fn turns_are_taken_in_turn(store: &dyn Store) {
    let take = |holder: &'static str, now| store.take_turn("t", holder, UnixTime(now), UnixTime(now + 10));
    assert!(take("a", 0).await.unwrap());
    assert!(!take("b", 5).await.unwrap());
    assert!(take("a", 9).await.unwrap(), "it lasts on");
    assert!(!take("b", 19).await.unwrap());
    assert!(take("b", 20).await.unwrap());
    assert!(!take("a", 21).await.unwrap());
}

async fn keys_are_withdrawn_and_nothing_else(store: &dyn Store) {
    let text = async || store.key_files().await.unwrap().remove(0).1;
    store.keep_key_file("k", "one", false).await.unwrap();
    store.keep_key_file("k", "changed", false).await.unwrap();
    assert_eq!(text().await, "one");
    store.keep_key_file("k", "withdrawn", true).await.unwrap();
    assert_eq!(text().await, "withdrawn");
    store.keep_key_file("k", "one", false).await.unwrap();
    store.keep_key_file("k", "again", true).await.unwrap();
    assert_eq!(text().await, "withdrawn");
    store.forget_key_file("another").await.unwrap();
    assert_eq!(text().await, "withdrawn");
    store.forget_key_file("k").await.unwrap();
    assert!(store.key_files().await.unwrap().is_empty());
}

async fn changes_follow_each_other(store: &Arc<dyn Store>) {
    let machine = |version, account: &str, record: &str| StoredInstance {
        uuid: "u".into(),
        account: account.into(),
        version,
        ak_name: (version > 1).then(|| "000b".into()),
        record: record.into(),
    };
    assert_eq!(store.next_number("n").await.unwrap(), 1);
    assert_eq!(store.next_number("n").await.unwrap(), 2);
    assert!(!store.keep_instance(&machine(2, "a", "{}")).await.unwrap(), "no version 1");
    assert!(store.keep_instance(&machine(1, "a", "{}")).await.unwrap());
    assert!(!store.keep_instance(&machine(1, "b", "{}")).await.unwrap());
    assert!(!store.keep_instance(&machine(2, "b", "{}")).await.unwrap(), "another's");
    let won = at_once(|number| {
        let (store, machine) = (Arc::clone(store), machine(2, "a", &number.to_string()));
        async move { store.keep_instance(&machine).await.unwrap() }
    });
    assert_eq!(won.await, 1);
    assert_eq!(store.instance("u").await.unwrap().unwrap().version, 2);
    assert_eq!(store.instances_of_key("000b", "a").await.unwrap().len(), 1);
    assert_eq!(store.instances_of_key("000b", "b").await.unwrap().len(), 0);
    assert!(!store.forget_instance("u", "b").await.unwrap());
    assert!(store.forget_instance("u", "a").await.unwrap());
    assert_eq!(store.instance("u").await.unwrap(), None);
}

async fn a_nonce_is_taken_once(store: &Arc<dyn Store>) {
    let nonce = |text: &str| StoredNonce {
        uuid: "n".into(),
        account: "a".into(),
        text: text.into(),
        expires_at: UnixTime(10),
    };
    store.keep_nonce(&nonce("one")).await.unwrap();
    store.keep_nonce(&nonce("two")).await.unwrap();
    assert_eq!(store.take_nonce("n", "b").await.unwrap(), None, "another's");
    assert_eq!(store.take_nonce("n", "a").await.unwrap(), Some(nonce("two")));
    assert_eq!(store.take_nonce("n", "a").await.unwrap(), None);
    store.keep_nonce(&nonce("raced")).await.unwrap();
    let won = at_once(|_| {
        let store = Arc::clone(store);
        async move { store.take_nonce("n", "a").await.unwrap().is_some() }
    });
    assert_eq!(won.await, 1);
    store.keep_nonce(&nonce("old")).await.unwrap();
    assert_eq!(store.forget_nonces(UnixTime(11)).await.unwrap(), 1);
}

async fn deviations_are_counted(store: &dyn Store) {
    let event = |id: &str, item: &str, at| StoredEvent {
        id: id.into(),
        uuid: "e".into(),
        account: "a".into(),
        affiliation: 1,
        kind: 4,
        item: item.into(),
        level: 3,
        status: 0,
        suspect: "found".into(),
        expected: "wanted".into(),
        times: 1,
        created_at: at,
        modified_at: at,
        handled_at: 0,
        handle_type: 0,
        property_name: "name".into(),
        private_ip: String::new(),
        public_ip: String::new(),
    };
    assert!(store.note_event(&event("1", "pcr4", 10), 9).await.unwrap());
    assert!(store.note_event(&event("2", "pcr4", 20), 9).await.unwrap());
    assert!(store.note_event(&event("3", "pcr5", 20), 9).await.unwrap());
    assert_eq!(store.count_events("e", 1, 0).await.unwrap(), 2);
    let noted = store.event("1", "a").await.unwrap().unwrap();
    assert_eq!((noted.times, noted.created_at, noted.modified_at), (2, 10, 20));
    assert_eq!(store.event("1", "b").await.unwrap(), None, "another's");
    let mut filter = EventFilter::default();
    filter.numbers[1] = Some(4);
    filter.texts[0] = Some("e".into());
    let (page, total) = store.events("a", &filter, 0, 1).await.unwrap();
    assert_eq!((page.len(), total, page[0].item.as_str()), (1, 2, "pcr5"));
    let (page, _) = store.events("a", &filter, 1, 1).await.unwrap();
    assert_eq!(page[0].item, "pcr4");
    filter.texts[4] = Some("' OR 1=1 --".into());
    assert_eq!(store.events("a", &filter, 0, 9).await.unwrap().1, 0);
    assert_eq!(store.events("b", &EventFilter::default(), 0, 9).await.unwrap().1, 0);
    // Ignored stays ignored; what is gone and comes back is open.
    let ignored = StoredEvent { status: 1, handled_at: 30, handle_type: 1, ..noted.clone() };
    assert!(store.handle_event(&ignored, 0).await.unwrap());
    assert!(!store.handle_event(&ignored, 0).await.unwrap());
    assert!(store.note_event(&event("4", "pcr4", 40), 9).await.unwrap());
    assert_eq!(store.event("1", "a").await.unwrap().unwrap().status, 1);
    assert_eq!(store.close_events("e", 1, 40, 3).await.unwrap(), 1, "pcr5 was not seen again");
    assert_eq!(store.close_events("e", 1, 50, 3).await.unwrap(), 1);
    assert!(store.note_event(&event("5", "pcr4", 60), 9).await.unwrap());
    assert_eq!(store.event("1", "a").await.unwrap().unwrap().status, 0);
    // There is an end of room for new ones, and not for those that are known.
    assert!(!store.note_event(&event("6", "pcr6", 70), 2).await.unwrap());
    assert!(store.note_event(&event("7", "pcr5", 70), 2).await.unwrap());
    assert_eq!(store.event("6", "a").await.unwrap(), None);
    assert_eq!(store.event("3", "a").await.unwrap().unwrap().times, 2);
}
