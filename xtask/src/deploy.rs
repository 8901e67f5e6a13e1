//! The files of `deploy/`: the chart is rendered and read, the unit is looked at by systemd where it is there.
//!
//! Helm itself is a large download for three templates, and is not run in tests. The chart uses of its language what `gtmpl`, which is
//! Go's templates in Rust, has too, and of Helm's own functions only `indent`.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use gtmpl::{Context, FuncError, Template, Value};
use serde_json::Value as Json;

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy")
}

fn yaml(text: &str) -> Json {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => Value::from(number.as_i64().expect("a whole number")),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::Array(items.iter().map(value).collect()),
        Json::Object(members) => {
            Value::Object(members.iter().map(|(name, it)| (name.clone(), value(it))).collect())
        }
    }
}

/// Helm's `indent`: so many spaces before each line.
fn indent(arguments: &[Value]) -> Result<Value, FuncError> {
    let [Value::Number(count), Value::String(text)] = arguments else {
        return Err(FuncError::Generic("a number and a text".to_owned()));
    };
    let spaces = " ".repeat(count.as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or(0));
    let lines: Vec<String> = text.lines().map(|line| format!("{spaces}{line}")).collect();
    Ok(Value::from(lines.join("\n")))
}

/// What the chart makes of its values with some changed: by kind.
fn rendered(change: impl FnOnce(&mut Json)) -> HashMap<String, Json> {
    let chart = deploy().join("helm/veriquote");
    let mut values = yaml(&fs::read_to_string(chart.join("values.yaml")).expect("values"));
    change(&mut values);
    let context = serde_json::json!({ "Values": values, "Release": { "Name": "test" } });
    let mut made = HashMap::new();
    for file in fs::read_dir(chart.join("templates")).expect("templates") {
        let path = file.expect("a file").path();
        let mut template = Template::default();
        template.add_func("indent", indent);
        template.parse(fs::read_to_string(&path).expect("a template")).expect("a template");
        let text = template.render(&Context::from(value(&context))).expect("it renders");
        let document = yaml(&text);
        made.insert(document["kind"].as_str().expect("a kind").to_owned(), document);
    }
    made
}

#[test]
fn the_chart_makes_what_kubernetes_takes() {
    let made = rendered(|values| {
        values["issuer"] = "https://attest.example".into();
        values["passphraseSecret"] = "seal".into();
        values["config"] = "[log]\nformat = \"json\"\n\n[policy]\ndefault = \"strict\"\n".into();
    });
    let mut kinds: Vec<&str> = made.keys().map(String::as_str).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["ConfigMap", "Service", "StatefulSet"]);
    let config = made["ConfigMap"]["data"]["server.toml"].as_str().expect("text");
    assert_eq!(config.trim_end(), "[log]\nformat = \"json\"\n\n[policy]\ndefault = \"strict\"");

    let (set, service) = (&made["StatefulSet"]["spec"], &made["Service"]["spec"]);
    let labels = &set["template"]["metadata"]["labels"];
    assert_eq!((&set["selector"]["matchLabels"], &service["selector"]), (labels, labels));
    assert_eq!(set["serviceName"], made["Service"]["metadata"]["name"]);
    let pod = &set["template"]["spec"];
    let container = &pod["containers"][0];
    let port = &container["ports"][0];
    assert_eq!((&port["name"], &service["ports"][0]["targetPort"]), (&"attest".into(), &"attest".into()));
    // What is mounted is there.
    let mut volumes: Vec<&Json> = pod["volumes"].as_array().expect("volumes").iter().collect();
    let claims = set["volumeClaimTemplates"].as_array().expect("claims");
    volumes.extend(claims.iter().map(|claim| &claim["metadata"]));
    for mount in container["volumeMounts"].as_array().expect("mounts") {
        assert!(volumes.iter().any(|volume| volume["name"] == mount["name"]), "{mount}");
    }
    assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    let environment = container["env"].as_array().expect("variables");
    let of = |name: &str| environment.iter().find(|variable| variable["name"] == name);
    assert_eq!(of("VERIQUOTE_SERVER_ISSUER").expect("an issuer")["value"], "https://attest.example");
    let secret = &of("VERIQUOTE_KEY_PASSPHRASE").expect("a passphrase")["valueFrom"]["secretKeyRef"];
    assert_eq!(secret["name"], "seal");
    assert!(of("VERIQUOTE_SERVER_TLS__KEY").is_none());
    assert!(of("VERIQUOTE_SERVER_STORE__URL").is_none());
    assert_eq!(container["livenessProbe"]["httpGet"]["scheme"], "HTTP");
}

#[test]
fn the_chart_has_the_service_speak_tls_where_a_secret_is_named() {
    let made = rendered(|values| values["tlsSecret"] = "tls".into());
    let pod = &made["StatefulSet"]["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    let mount = |name: &str| {
        let mounts = container["volumeMounts"].as_array().expect("mounts");
        mounts.iter().find(|mount| mount["name"] == name).expect("a mount")["mountPath"]
            .as_str()
            .expect("a path")
    };
    for name in ["VERIQUOTE_SERVER_TLS__CERTIFICATE", "VERIQUOTE_SERVER_TLS__KEY"] {
        let environment = container["env"].as_array().expect("variables");
        let variable = environment.iter().find(|variable| variable["name"] == name).expect("a variable");
        assert!(variable["value"].as_str().expect("a path").starts_with(mount("tls")), "{variable}");
    }
    for probe in ["livenessProbe", "readinessProbe"] {
        assert_eq!(container[probe]["httpGet"]["scheme"], "HTTPS");
    }
}

#[test]
fn the_chart_takes_the_database_of_several_nodes_from_a_secret() {
    let made = rendered(|values| {
        values["replicas"] = 3.into();
        values["databaseSecret"] = "postgres".into();
    });
    let set = &made["StatefulSet"]["spec"];
    assert_eq!(set["replicas"], 3);
    let environment = set["template"]["spec"]["containers"][0]["env"].as_array().expect("variables");
    let url = environment.iter().find(|variable| variable["name"] == "VERIQUOTE_SERVER_STORE__URL");
    let secret = &url.expect("a database")["valueFrom"]["secretKeyRef"];
    assert_eq!((&secret["name"], &secret["key"]), (&"postgres".into(), &"url".into()));
}

#[test]
fn the_unit_is_one_and_leaves_little_open() {
    let unit = fs::read_to_string(deploy().join("systemd/veriquote.service")).expect("a unit");
    let folder = std::env::temp_dir().join(format!("veriquote-unit-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("veriquote.service");
    // The program is not installed where tests run.
    fs::write(&file, unit.replace("ExecStart=/usr/bin/veriquote", "ExecStart=/bin/true")).expect("a file");
    // Exposure of at most 2.0 of 10.
    for arguments in [&["verify"][..], &["security", "--offline=yes", "--threshold=20"]] {
        match Command::new("systemd-analyze").args(arguments).arg(&file).output() {
            Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
            Err(error) => eprintln!("systemd is not here to look at the unit: {error}"),
        }
    }
    fs::remove_dir_all(&folder).expect("it goes");
}
