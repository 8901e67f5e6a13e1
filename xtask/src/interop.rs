//! `interop`: clients that others wrote and published, against the service.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
};

use crate::{
    demo::FORGED_AT,
    failure::Failure,
    js::tools::packages,
    project::{Program, Project},
    python,
    service::{Service, Start},
    stages::Stages,
    step::Step,
};

/// How many stages [`stages`] runs.
pub(crate) const STAGES: usize = 4;

const FOLDER: &str = "tests/interop";

/// Exact versions: what a test runs with is part of the test.
const NPM: [&str; 2] = ["jose@6.2.18", "openid-client@6.9.0"];

/// An administrator's token, and its SHA-256 as the service is told it: for this run on this machine.
const ADMIN: &str = "interop-0123456789abcdef0123456789abcdef";

/// Seconds for which requests are thought up.
const FUZZ_SECONDS: &str = "30";

pub(crate) fn run(project: &Project, all: &mut Stages) {
    all.announce(STAGES);
    stages(project, all);
}

/// The service on a forged platform, and each client against it.
pub(crate) fn stages(project: &Project, all: &mut Stages) {
    let mut tools = None;
    let mut running = None;
    let ready = all.run("published clients", || {
        tools = Some((
            python::environment(project, &format!("{FOLDER}/requirements.txt"))?,
            packages(project, "npm-interop", &NPM)?,
        ));
        Ok::<_, Failure>(
            "dcap-qvl, PyJWT, schemathesis, two of a cloud provider; jose, openid-client".to_owned(),
        )
    }) && all.run("service on a forged platform", || {
        running = Some(start(project)?);
        Ok::<_, Failure>(())
    });
    let (Some((python, npm)), Some(running), true) = (tools, running, ready) else {
        for name in ["clients in Python and JavaScript", "requests that nobody thought of"] {
            all.skip(name, "there is nothing to hold against it");
        }
        return;
    };
    all.run("clients in Python and JavaScript", || {
        let tests = Step::new(&python)
            .args([
                "-I",
                "-m",
                "pytest",
                "--quiet",
                "-p",
                "no:cacheprovider",
                "--override-ini",
                "pythonpath=.",
            ])
            .arg(project.root.join(FOLDER));
        running.told(tests).env("PYTHONDONTWRITEBYTECODE", "1").dir(&project.root).run()?;
        // Modules are looked for beside the script that names them.
        fs::copy(project.root.join(FOLDER).join("oidc.test.mjs"), npm.join("oidc.test.mjs"))?;
        running.told(Step::new("node").args(["--test", "oidc.test.mjs"])).dir(&npm).run()
    });
    all.run("requests that nobody thought of", || requests(project, &python, &running));
}

struct Running {
    // Ended last.
    _service: Service,
    program: PathBuf,
    url: String,
    platform: PathBuf,
    /// One in the older version of Intel's interface.
    older: PathBuf,
}

impl Running {
    fn told(&self, step: Step) -> Step {
        step.env("VERIQUOTE_URL", &self.url)
            .env("VERIQUOTE_PROGRAM", &self.program)
            .env("VERIQUOTE_PLATFORM", &self.platform)
            .env("VERIQUOTE_PLATFORM_V3", &self.older)
            .env("VERIQUOTE_TIME", FORGED_AT)
    }
}

fn start(project: &Project) -> Result<Running, Failure> {
    let folder = project.target.join("interop");
    let platform = folder.join("tdx4");
    let program = project.program_path("veriquote-cli", Program::Bin("veriquote"))?;
    crate::demo::forge_platform(project, "tdx4", &platform)?;
    let older = folder.join("sgx3-v2");
    crate::demo::forge_platform(project, "sgx3-v2", &older)?;
    // The issuer has the port in it: a relying party that discovers it asks there.
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let url = format!("http://127.0.0.1:{port}");
    let service = Service::start(&Start {
        program: &program,
        listen: &format!("127.0.0.1:{port}"),
        issuer: &url,
        platform: &platform,
        data: &folder.join("service"),
        time: FORGED_AT,
        settings: &[
            ("VERIQUOTE_SERVER_CLIENT__REQUESTS_PER_SECOND", "0".to_owned()),
            (
                "VERIQUOTE_SERVER_ADMIN__TOKENS",
                format!("[{{ name = \"interop\", sha256 = \"{ADMIN_SHA256}\" }}]"),
            ),
            ("VERIQUOTE_SERVER_LOG__LEVEL", "info".to_owned()),
        ],
    })?;
    Ok(Running { _service: service, program, url, platform, older })
}

/// SHA-256 of [`ADMIN`].
const ADMIN_SHA256: &str = "758533ae6bb3be5a5e832846842555cae351f7f6534ed698b524a3e5cad1f96c";

/// schemathesis thinks up requests of the description, right and wrong ones, in sequence and alone.
fn requests(project: &Project, python: &Path, running: &Running) -> Result<(), Failure> {
    let scratch = project.target.join("interop/schemathesis");
    fs::create_dir_all(&scratch)?;
    Step::new(python.with_file_name("schemathesis"))
        .arg("--config-file")
        .arg(project.root.join(FOLDER).join("schemathesis.toml"))
        .arg("run")
        .arg(format!("{}/openapi.json", running.url))
        // One worker: the parser of Python 3.11 does not stand two threads that recurse in it.
        .args(["--checks", "not_a_server_error", "--workers", "1", "--max-examples", "40"])
        .args(["--max-time", FUZZ_SECONDS, "--request-timeout", "30", "--generation-database", "none"])
        .args(["--header", &format!("Authorization: Bearer {ADMIN}"), "--warnings", "off", "--no-color"])
        .dir(&scratch)
        .help("the request that failed is above, as a curl command")
        .run()
}
