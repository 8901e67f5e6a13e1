//! `python`: the wheel, built and tested as a user would meet it.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

use clap::Args;

use crate::{
    failure::Failure,
    project::{self, Program, Project},
    setup::debian,
    stages::Stages,
    step::Step,
};

/// How many stages [`stages`] runs.
pub(crate) const STAGES: usize = 3;

/// Everything that the tests and the benches install, at one version each.
const REQUIREMENTS: &str = "tests/python/requirements.txt";

/// Ray for its example, which has wheels for fewer machines than the rest.
const RAY_REQUIREMENTS: &str = "tests/python/ray-requirements.txt";

/// What the bench of GPUs compares with, which wants old versions of what others have in new ones.
const NVIDIA_REQUIREMENTS: &str = "benches/python/nvgpu-requirements.txt";

#[derive(Args)]
pub(crate) struct Options {
    /// Only build the wheel, as it is published.
    #[arg(long)]
    wheel: bool,
    /// Run the benches beside the published packages, in place of the tests.
    #[arg(long, conflicts_with = "wheel")]
    bench: bool,
    /// Run the bench beside NVIDIA's own verifier, in place of the tests.
    #[arg(long, conflicts_with_all = ["wheel", "bench"])]
    bench_nvgpu: bool,
    /// Also run the example for Ray, whose wheel is large (80 MB).
    #[arg(long, conflicts_with_all = ["wheel", "bench", "bench_nvgpu"])]
    ray: bool,
    /// Arguments for the benches or pytest.
    #[arg(last = true)]
    rest: Vec<String>,
}

pub(crate) fn run(project: &Project, all: &mut Stages, options: &Options) {
    if !options.wheel && !options.bench && !options.bench_nvgpu {
        all.announce(STAGES);
        return run_tests(project, all, options.ray, &options.rest);
    }
    let mut python = None;
    let ready = all.run("Python tools", || keep(&mut python, tools(project)))
        && all.run("Python wheel", || wheel(project, &Python::of(&python)?, Profile::Release).map(shown));
    if ready && options.bench {
        all.run("benches beside dcap-qvl and PyJWT", || bench(project, &Python::of(&python)?, &options.rest));
    }
    if ready && options.bench_nvgpu {
        all.run("bench beside NVIDIA's verifier", || bench_nvgpu(project, &options.rest));
    }
}

/// Wheel and source distribution as they are published, both installed in environments of their own.
pub(crate) fn package(project: &Project, all: &mut Stages, is_release: bool) -> Option<Vec<PathBuf>> {
    let profile = if is_release { Profile::Release } else { Profile::Dev };
    let mut python = None;
    let mut made = Vec::new();
    let ready = all.run("Python tools", || keep(&mut python, tools(project)))
        && all.run("Python wheel", || {
            let wheel = wheel(project, &Python::of(&python)?, profile)?;
            made.push(wheel.clone());
            Ok::<_, Failure>(shown(wheel))
        })
        && all.run("Python source distribution", || {
            let sdist = sdist(project, &Python::of(&python)?)?;
            made.push(sdist.clone());
            Ok::<_, Failure>(shown(sdist))
        })
        && all.run("Python packages in environments of their own", || {
            made.iter().try_for_each(|package| import(project, &Python::of(&python)?, package, profile))
        });
    ready.then_some(made)
}

/// The sources of the wheel, and of the crates that it is built from.
fn sdist(project: &Project, python: &Python) -> Result<PathBuf, Failure> {
    let folder = project.target.join("python/sdist");
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    python
        .step()
        .args(["-m", "maturin", "sdist", "--manifest-path"])
        .arg(project.root.join("bindings/python/Cargo.toml"))
        .arg("--out")
        .arg(&folder)
        .dir(&project.root)
        .run()?;
    let file = fs::read_dir(&folder)?.find_map(|entry| entry.ok().map(|entry| entry.path()));
    file.ok_or_else(|| Failure::new("maturin wrote no source distribution", "read its output above"))
}

/// Installs a package, from sources with a build like a user's, and has it refuse what is no quote.
fn import(project: &Project, python: &Python, package: &Path, profile: Profile) -> Result<(), Failure> {
    let folder = project.target.join("python/packaged");
    let inside = Python(folder.join("bin/python"));
    python.step().args(["-m", "venv", "--clear", "--without-pip"]).arg(&folder).run()?;
    // The dates of files in a source distribution are older than any build, and so cargo would call what it built
    // from the repository up to date.
    let built = project.target.join("python/from-sources");
    if built.is_dir() {
        fs::remove_dir_all(&built)?;
    }
    let mut step = python
        .step()
        .args(["-m", "pip", "--quiet", "--disable-pip-version-check", "--no-cache-dir", "--python"])
        .arg(&inside.0)
        .args(["install", "--no-deps"])
        .arg(package);
    if matches!(profile, Profile::Dev) {
        step = step.env("MATURIN_PEP517_ARGS", "--profile dev");
    }
    step.env("CARGO_TARGET_DIR", &built)
        .env("CARGO_INCREMENTAL", "0")
        .help("the source distribution is built as pip builds it: its first error is in the output above")
        .run()?;
    let code = "import veriquote\n\
                try: veriquote.verify_dcap(b'no quote', '{}', at=0)\n\
                except veriquote.VeriquoteError as error: print(error.code)\n";
    let said = inside.step().args(["-c", code]).read()?;
    if said.trim().contains('.') {
        return Ok(());
    }
    Err(Failure::new(format!("the installed package says {said:?}"), "it must refuse what is no quote"))
}

/// The tools, the wheel, its tests.
pub(crate) fn stages(project: &Project, all: &mut Stages, pytest: &[String]) {
    run_tests(project, all, false, pytest);
}

fn run_tests(project: &Project, all: &mut Stages, with_ray: bool, pytest: &[String]) {
    let mut python = None;
    let mut built = None;
    let ready = all.run("Python tools", || keep(&mut python, tools(project)))
        && all.run("Python wheel", || {
            keep(&mut built, wheel(project, &Python::of(&python)?, Profile::Dev).map(Wheel))
        });
    if ready {
        all.run("Python package", || {
            let wheel = built.as_ref().ok_or_else(unready)?;
            let ray = if with_ray { Some(environment(project, RAY_REQUIREMENTS).map(Python)?) } else { None };
            test(project, &Python::of(&python)?, ray.as_ref(), &wheel.0, pytest)
        });
    } else {
        all.skip("Python package", "there is no wheel to test");
    }
}

/// An interpreter with the tools.
#[derive(Clone)]
struct Python(PathBuf);

struct Wheel(PathBuf);

impl Python {
    fn of(python: &Option<Self>) -> Result<Self, Failure> {
        python.clone().ok_or_else(unready)
    }

    fn step(&self) -> Step {
        // Neither the caller's own packages nor files that happen to lie here.
        Step::new(&self.0).args(["-I"])
    }

    /// Makes `folder` an environment that has nothing but these packages of its own.
    fn environment(&self, folder: &Path, wheel: &Path) -> Result<Self, Failure> {
        self.step().args(["-m", "venv", "--clear", "--without-pip"]).arg(folder).run()?;
        let inside = Self(folder.join("bin/python"));
        self.step()
            .args(["-m", "pip", "--quiet", "--disable-pip-version-check", "--python"])
            .arg(&inside.0)
            .args(["install", "--no-index", "--no-deps"])
            .arg(wheel)
            .run()?;
        Ok(inside)
    }

    fn site_packages(&self) -> Result<PathBuf, Failure> {
        let code = "import sysconfig; print(sysconfig.get_path('purelib'))";
        Ok(PathBuf::from(self.step().args(["-c", code]).read()?.trim()))
    }
}

fn unready() -> Failure {
    Failure::new("the stage before gave nothing", "see its failure")
}

fn keep<T: Shown>(place: &mut Option<T>, made: Result<T, Failure>) -> Result<String, Failure> {
    let made = made?;
    let note = made.shown();
    *place = Some(made);
    Ok(note)
}

trait Shown {
    fn shown(&self) -> String;
}

impl Shown for Python {
    fn shown(&self) -> String {
        shown(self.0.clone())
    }
}

impl Shown for Wheel {
    fn shown(&self) -> String {
        let size = fs::metadata(&self.0).map_or(0, |file| file.len() / 1024);
        format!("{} ({size} KiB)", self.0.display())
    }
}

fn shown(path: PathBuf) -> String {
    path.display().to_string()
}

/// The tools of the Python package's tests.
fn tools(project: &Project) -> Result<Python, Failure> {
    environment(project, REQUIREMENTS).map(Python)
}

/// The interpreter of a virtual environment with everything that the file `requirements` of the project names,
/// made once for each state of that file.
pub(crate) fn environment(project: &Project, requirements: &str) -> Result<PathBuf, Failure> {
    let requirements = project.root.join(requirements);
    let version = Step::new("python3")
        .args(["-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"])
        .help("install Python 3.10 or later with its venv module (Debian: python3-venv)")
        .read()?;
    let mut hasher = DefaultHasher::new();
    (version.trim(), fs::read_to_string(&requirements)?).hash(&mut hasher);
    let home = project.cache.join("python").join(format!("{}-{:016x}", version.trim(), hasher.finish()));
    let (python, done) = (Python(home.join("bin/python")), home.join("done"));
    if !done.is_file() {
        println!("    installing Python packages (once; some minutes)");
        Step::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&home)
            .help("install Python 3.10 or later with its venv module (Debian: python3-venv)")
            .run()?;
        python
            .step()
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(&requirements)
            .help("check that the package index can be reached")
            .run()?;
        fs::write(done, "")?;
    }
    Ok(python.0)
}

#[derive(Clone, Copy)]
enum Profile {
    /// With every check of arithmetic, and most of it compiled for the native tests already.
    Dev,
    /// As it is published.
    Release,
}

fn wheel(project: &Project, python: &Python, profile: Profile) -> Result<PathBuf, Failure> {
    let folder = project.target.join("python/wheels");
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    let step = python
        .step()
        .args(["-m", "maturin", "build", "--locked", "--quiet", "--manifest-path"])
        .arg(project.root.join("bindings/python/Cargo.toml"))
        .arg("--interpreter")
        .arg(&python.0)
        .arg("--out")
        .arg(&folder)
        .env("CARGO_TARGET_DIR", &project.target)
        .env("CARGO_INCREMENTAL", "0")
        .dir(&project.root);
    match profile {
        Profile::Dev => step.run()?,
        Profile::Release => step.arg("--release").run()?,
    }
    built(&folder)?.ok_or_else(|| Failure::new("maturin built no wheel", "read its output above"))
}

/// The one wheel in `folder`.
fn built(folder: &Path) -> Result<Option<PathBuf>, Failure> {
    let mut files = fs::read_dir(folder)?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    Ok(files.find(|path| path.extension().is_some_and(|it| it == "whl")))
}

/// Installs the wheel twice: alone, and beside the tools; then runs every test of `tests/python`.
fn test(
    project: &Project,
    python: &Python,
    ray: Option<&Python>,
    wheel: &Path,
    pytest: &[String],
) -> Result<String, Failure> {
    let folder = project.target.join("python");
    let answers = answers(project, &folder)?;
    let bare = python.environment(&folder.join("bare"), wheel)?;
    let full = python.environment(&folder.join("full"), wheel)?;
    let mut folders = python.site_packages()?.display().to_string();
    if let Some(ray) = ray {
        folders = format!("{folders}\n{}", ray.site_packages()?.display());
    }
    fs::write(full.site_packages()?.join("tools.pth"), folders)?;
    let spark = spark()?;
    let mut step = Step::new(&full.0)
        .args(["-P", "-m", "pytest", "--quiet", "-p", "no:cacheprovider"])
        .arg(project.root.join("tests/python"))
        .args(pytest)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("VERIQUOTE_ANSWERS", answers)
        .env("VERIQUOTE_BARE_PYTHON", bare.0)
        .env("VERIQUOTE_SPARK", if spark.is_ok() { "present" } else { "absent" })
        .env("VERIQUOTE_RAY", if ray.is_some() { "present" } else { "absent" })
        .dir(&project.root)
        .help("run one test: `cargo xtask python -- -k NAME`");
    if let Some(vectors) = &project.vectors {
        step = step.env("VERIQUOTE_VECTORS", vectors);
    }
    let mut last = String::new();
    step.watch(|line| {
        if line.contains(" passed") || line.contains(" failed") {
            line.clone_into(&mut last);
        }
    })?;
    let note = match spark {
        Ok(java) => format!("the Spark example on {java}"),
        Err(why) => format!("NOT RUN: the Spark example, because {why}"),
    };
    let ray = if ray.is_some() { "" } else { "; the example for Ray with --ray only" };
    Ok(format!("{last}; {note}{ray}"))
}

/// What the facade answers to every case of `tests/vectors`.
fn answers(project: &Project, folder: &Path) -> Result<PathBuf, Failure> {
    let file = folder.join("answers.jsonl");
    project
        .program("veriquote-conformance", Program::Bin("write-answers"))?
        .arg(project.root.join("tests/vectors"))
        .arg(&file)
        .run()?;
    Ok(file)
}

/// The Java that Spark runs on, or why there is none; in CI that is a failure.
fn spark() -> Result<Result<String, String>, Failure> {
    let version = || {
        let text = Step::new("java").arg("--version").read().ok()?;
        let line = text.lines().next()?.to_owned();
        let major: u32 = line.split_whitespace().nth(1)?.split('.').next()?.parse().ok()?;
        (major >= 17).then_some(line)
    };
    if version().is_none() && debian::available() {
        // Whether it helps is seen below.
        let _unavailable = debian::install(&["openjdk-17-jre-headless"]);
    }
    match version() {
        Some(line) => Ok(Ok(line)),
        None if project::is_ci() => Err(Failure::new(
            "Spark needs Java 17 or later",
            "install a Java run time: CI leaves nothing out",
        )),
        None => Ok(Err("it needs Java 17 or later, and there is none here".into())),
    }
}

fn bench_nvgpu(project: &Project, rest: &[String]) -> Result<(), Failure> {
    let folder = project.target.join("python");
    let wheel = built(&folder.join("wheels"))?.ok_or_else(unready)?;
    let nvidia = environment(project, NVIDIA_REQUIREMENTS).map(Python)?;
    let full = nvidia.environment(&folder.join("bench-nvgpu"), &wheel)?;
    fs::write(full.site_packages()?.join("nvidia.pth"), nvidia.site_packages()?.display().to_string())?;
    let files = folder.join("nvgpu");
    Step::cargo()
        .args(["bench", "--package", "veriquote-benches", "--bench", "nvgpu", "--", "--files"])
        .arg(&files)
        .dir(&project.root)
        .run()?;
    Step::new(&full.0)
        .arg("-P")
        .arg(project.root.join("benches/python/nvgpu.py"))
        .arg(&files)
        .args(rest)
        // NVIDIA's verifier writes a log where it stands.
        .dir(&files)
        .run()
}

fn bench(project: &Project, python: &Python, rest: &[String]) -> Result<(), Failure> {
    let folder = project.target.join("python");
    let wheel = built(&folder.join("wheels"))?.ok_or_else(unready)?;
    let full = python.environment(&folder.join("bench"), &wheel)?;
    fs::write(full.site_packages()?.join("tools.pth"), python.site_packages()?.display().to_string())?;
    let answers = answers(project, &folder)?;
    let mut step = Step::new(&full.0)
        .arg("-P")
        .arg(project.root.join("benches/python/bench.py"))
        .args(rest)
        .env("VERIQUOTE_ANSWERS", answers)
        .dir(&project.root);
    if let Some(vectors) = &project.vectors {
        step = step.env("VERIQUOTE_VECTORS", vectors);
    }
    step.run()
}
