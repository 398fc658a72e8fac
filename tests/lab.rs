//! The set-up script `lab`, run on a machine where everything it calls is a stand-in that writes down what it was
//! asked: nothing is installed, built or fetched.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)] // helpers of tests are not inside `#[test]` functions

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

/// What the script may use of the real system.
const TOOLS: [&str; 15] = [
    "bash", "cat", "chmod", "cksum", "cp", "dirname", "env", "find", "grep", "head", "mkdir", "mv",
    "readlink", "sed", "sort",
];

/// Builds a program that writes down its arguments and surroundings.
const CARGO: &str = r#"echo "cargo $* | flags=${RUSTFLAGS-none} offline=${CARGO_NET_OFFLINE-no}" >>"$RECORD"
[[ -z ${BREAK-} || $1 != "$BREAK" ]] || exit 101
[[ $1 == build ]] || exit 0
mkdir -p "$CARGO_TARGET_DIR/release"
cat >"$CARGO_TARGET_DIR/release/gaitlab" <<'PROGRAM'
#!/usr/bin/env bash
printf '%s\n' "libraries=${LD_LIBRARY_PATH-}" "threads=${OMP_NUM_THREADS-}" "mujoco=${GAITLAB_MUJOCO_PYTHON-}"
printf '<%s>' "$@"
exit "${PROGRAM_STATUS:-0}"
PROGRAM
chmod +x "$CARGO_TARGET_DIR/release/gaitlab""#;

/// Knows `-m venv` and `-m pip install`; packages appear as the files that the script looks for.
const PYTHON: &str = r#"echo "python ${0##*/} $*" >>"$RECORD"
case "$1 $2" in
"-m venv") mkdir -p "$4/bin" && cp "$(readlink -f "$0")" "$4/bin/python" ;;
"-m pip")
    [[ -z ${NO_NETWORK-} ]] || exit 1
    site=$(dirname "$(dirname "$0")")/lib/python3.11/site-packages
    for package in "${@:5}"; do mkdir -p "$site/${package/==/-}-1.dist-info" && : >"$site/${package/==/-}-1.dist-info/RECORD"; done
    mkdir -p "$site/torch/lib" "$site/nvidia/cu13/lib" ;;
"-c import ensurepip") exit 0 ;;
*) exit 1 ;;
esac"#;

struct Machine {
    folder: tempfile::TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Machine {
    /// A checkout, an empty home and the stand-ins.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in ["bin", "home", "checkout/src", "checkout/assets", "elsewhere"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("lab"), root.join("checkout/lab")).unwrap();
        for name in ["Cargo.toml", "Cargo.lock", "src/main.rs", "assets/robot.ron"] {
            fs::write(root.join("checkout").join(name), name).unwrap();
        }
        for tool in TOOLS {
            let found = ["/usr/bin", "/bin", "/usr/local/bin"].map(|at| Path::new(at).join(tool));
            let found = found.into_iter().find(|path| path.exists()).unwrap();
            symlink(found, root.join("bin").join(tool)).unwrap();
        }
        let machine = Self { folder, variables: Vec::new() };
        machine.stand_in("cargo", CARGO);
        machine.stand_in("python3", PYTHON);
        machine.stand_in("apt-get", r#"echo "apt-get $*" >>"$RECORD""#);
        machine.stand_in("sudo", r#"exec "$@""#);
        machine.stand_in("dpkg-query", r#"[[ " ${MISSING-} " == *" ${*: -1} "* ]] && exit 1; printf 'ii '"#);
        machine
    }

    fn stand_in(&self, name: &str, script: &str) {
        let path = self.path("bin").join(name);
        fs::write(&path, format!("#!/usr/bin/env bash\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn without(self, command: &str) -> Self {
        fs::remove_file(self.path("bin").join(command)).unwrap();
        self
    }

    fn with(mut self, variable: &'static str, value: &str) -> Self {
        self.variables.push((variable, value.to_owned()));
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the script from another folder than its own.
    fn lab(&self, arguments: &[&str]) -> Output {
        Command::new("/usr/bin/env")
            .arg("bash")
            .arg(self.path("checkout/lab"))
            .args(arguments)
            .current_dir(self.path("elsewhere"))
            .env_clear()
            .env("PATH", self.path("bin"))
            .env("HOME", self.path("home"))
            .env("RECORD", self.path("record"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap()
    }

    /// What the stand-ins were asked since the last look, one line each.
    fn asked(&self) -> String {
        let text = fs::read_to_string(self.path("record")).unwrap_or_default();
        let _ = fs::remove_file(self.path("record"));
        text
    }
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", stderr(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn builds(asked: &str) -> usize {
    asked.matches("cargo build").count()
}

#[test]
fn the_first_start_builds_and_the_second_asks_nobody_anything() {
    let machine = Machine::new();
    assert!(stdout(&machine.lab(&["train", "a1_flat"])).ends_with("<train><a1_flat>"));
    let asked = machine.asked();
    assert!(asked.contains("cargo build --release --bin gaitlab | flags=none offline=true"), "{asked}");
    assert!(!asked.contains("apt-get") && !asked.contains("python"), "{asked}");
    assert!(stdout(&machine.lab(&["train", "a1_flat"])).ends_with("<train><a1_flat>"));
    assert_eq!(machine.asked(), "");
}

#[test]
fn a_changed_source_is_built_and_a_changed_asset_is_only_read() {
    for (name, times) in [("src/main.rs", 1), ("Cargo.toml", 1), ("lab", 1), ("assets/robot.ron", 0)] {
        let machine = Machine::new();
        stdout(&machine.lab(&["list"]));
        machine.asked();
        let later = SystemTime::now() + Duration::from_secs(60);
        fs::File::open(machine.path("checkout").join(name)).unwrap().set_modified(later).unwrap();
        stdout(&machine.lab(&["list"]));
        assert_eq!(builds(&machine.asked()), times, "{name}");
    }
}

#[test]
fn arguments_pass_through_unchanged_and_so_does_the_exit_code() {
    let machine = Machine::new().with("PROGRAM_STATUS", "2");
    let output = machine.lab(&["play", "two words", "*", "", "--env.x=$HOME", "--", "-v"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.ends_with("<play><two words><*><><--env.x=$HOME><--><-v>"), "{text}");
}

#[test]
fn without_arguments_the_program_gets_none_and_help_is_asked_for_by_name() {
    let machine = Machine::new();
    assert!(stdout(&machine.lab(&[])).ends_with("\n<>"), "the program opens its window");
    assert_eq!(builds(&machine.asked()), 1);
    let help = stdout(&machine.lab(&["help"]));
    assert!(help.starts_with("./lab  ") && help.contains("--watch"), "{help}");
    assert!(help.ends_with("<--help>"), "then the program's own: {help}");
}

#[test]
fn what_needs_libtorch_gets_it_and_the_other_program_stays() {
    for arguments in [
        &["train", "a1_flat", "--learner", "torch"][..],
        &["train", "--learner=torch"],
        &["train", "--rl_device", "cuda:0"],
        &["train", "--rl_device=cuda"],
    ] {
        let machine = Machine::new();
        stdout(&machine.lab(&["list"]));
        machine.asked();
        let text = stdout(&machine.lab(arguments));
        let asked = machine.asked();
        assert!(asked.contains("-m pip install --disable-pip-version-check torch==2.11.0"), "{asked}");
        assert!(asked.contains("cargo build --release --bin gaitlab --features torch"), "{asked}");
        let site = machine.path("home/.cache/gaitlab/torch/lib/python3.11/site-packages");
        let expected = format!("libraries={0}/torch/lib:{0}/nvidia/cu13/lib\nthreads=1\n", site.display());
        assert!(text.starts_with(&expected), "{text}");

        assert_eq!(stdout(&machine.lab(arguments)), text);
        assert!(stdout(&machine.lab(&["list"])).starts_with("libraries=\nthreads=\n"));
        assert_eq!(machine.asked(), "", "both programs are kept");
    }
}

#[test]
fn other_arguments_do_not_ask_for_libtorch() {
    let machine = Machine::new();
    stdout(&machine.lab(&["train", "--learner", "native", "--rl_device", "cpu", "--note", "torch"]));
    assert!(!machine.asked().contains("torch"));
}

#[test]
fn a_libtorch_of_the_right_version_is_used_and_another_is_not() {
    let machine = Machine::new();
    let given = machine.path("libtorch");
    fs::create_dir_all(given.join("lib")).unwrap();
    fs::write(given.join("build-version"), "2.11.0+cpu\n").unwrap();
    let machine = machine.with("LIBTORCH", &given.display().to_string());
    let text = stdout(&machine.lab(&["train", "--learner", "torch"]));
    assert!(text.starts_with(&format!("libraries={}/lib\n", given.display())), "{text}");
    assert!(!machine.asked().contains("pip"));

    fs::write(given.join("build-version"), "2.4.0\n").unwrap();
    let later = SystemTime::now() + Duration::from_secs(60);
    fs::File::open(machine.path("checkout/lab")).unwrap().set_modified(later).unwrap();
    let output = machine.lab(&["train", "--learner", "torch"]);
    assert!(stderr(&output).contains("has version 2.4.0"), "{}", stderr(&output));
    assert!(machine.asked().contains("torch==2.11.0"));
}

#[test]
fn no_network_for_pip_is_said_and_nothing_runs() {
    let machine = Machine::new().with("NO_NETWORK", "1");
    let output = machine.lab(&["train", "--learner", "torch"]);
    assert!(!output.status.success());
    assert!(stderr(&output).contains("This needs a network once"), "{}", stderr(&output));
    assert_eq!(builds(&machine.asked()), 0);
}

#[test]
fn without_rust_a_message_says_where_to_get_it() {
    let machine = Machine::new().without("cargo");
    let output = machine.lab(&["train", "a1_flat"]);
    assert!(!output.status.success());
    assert!(stderr(&output).contains("Rust is not installed"), "{}", stderr(&output));
    assert!(stderr(&output).contains("rustup.rs"), "{}", stderr(&output));
    assert!(output.stdout.is_empty());
}

#[test]
fn only_the_missing_system_packages_are_installed_and_named() {
    let machine = Machine::new().with("MISSING", "libudev-dev pkg-config");
    let output = machine.lab(&["list"]);
    let asked = machine.asked();
    assert!(asked.contains("--no-install-recommends pkg-config libudev-dev\n"), "{asked}");
    assert!(stderr(&output).contains("to build (compiler, window, gamepad): pkg-config libudev-dev"));
    assert_eq!(builds(&asked), 1);
}

#[test]
fn without_apt_the_packages_are_named_and_the_build_goes_on() {
    let machine = Machine::new().without("apt-get");
    let output = machine.lab(&["list"]);
    assert!(stdout(&output).ends_with("<list>"));
    assert!(stderr(&output).contains("build-essential pkg-config libudev-dev"), "{}", stderr(&output));
}

#[test]
fn a_build_that_fails_runs_nothing_and_is_tried_again() {
    let mut machine = Machine::new().with("BREAK", "build");
    let output = machine.lab(&["list"]);
    assert!(!output.status.success() && output.stdout.is_empty());
    assert!(stderr(&output).contains("The build failed"), "{}", stderr(&output));
    machine.variables.clear();
    machine.asked();
    stdout(&machine.lab(&["list"]));
    assert_eq!(builds(&machine.asked()), 1);
}

#[test]
fn a_build_without_all_crates_may_use_the_network() {
    let machine = Machine::new().with("BREAK", "fetch");
    stdout(&machine.lab(&["list"]));
    assert!(machine.asked().contains("cargo build --release --bin gaitlab | flags=none offline=no"));
}

#[test]
fn a_portable_build_has_its_own_flags_and_folder() {
    let machine = Machine::new();
    stdout(&machine.lab(&["list"]));
    machine.asked();
    let output = machine.lab(&["build", "--portable"]);
    assert!(output.status.success());
    assert!(machine.asked().contains("flags=-C target-cpu=generic"));
    assert!(machine.path("checkout/target/portable/lab/gaitlab").exists());
    stdout(&machine.lab(&["list"]));
    assert_eq!(machine.asked(), "", "the program for this machine is still there");
}

#[test]
fn mujoco_gets_its_own_python_when_asked_for() {
    for arguments in [
        &["sim2sim", "a1_flat"][..],
        &["bench", "physics", "--against", "mujoco"],
        &["bench", "--against=mujoco"],
        &["bench", "engines"],
        &["bench", "peers"],
    ] {
        let machine = Machine::new();
        let text = stdout(&machine.lab(arguments));
        let python = machine.path("home/.cache/gaitlab/mujoco/bin/python");
        assert!(text.contains(&format!("mujoco={}\n", python.display())), "{text}");
        assert!(machine.asked().contains("mujoco==4.0.0 numpy onnxruntime"));
        stdout(&machine.lab(arguments));
        assert_eq!(machine.asked(), "");
    }
}

#[test]
fn tensorboard_gets_its_own_python_and_the_folder_of_all_runs() {
    let machine = Machine::new();
    machine.lab(&["tensorboard", "--port", "7000"]);
    let asked = machine.asked();
    assert!(asked.contains("pip install") && asked.contains("tensorboard==2.21.0"), "{asked}");
    assert!(asked.contains("-m tensorboard.main --logdir logs --port 7000"), "{asked}");
    assert_eq!(builds(&asked), 0, "it needs no program of ours");
}

#[test]
fn the_target_folder_is_the_one_named_or_outside_the_checkout_in_ci() {
    for (variable, value, expected) in [
        ("CI", "1", "home/.cache/gaitlab/target/lab/gaitlab"),
        ("CARGO_TARGET_DIR", "relative", "elsewhere/relative/lab/gaitlab"),
    ] {
        let machine = Machine::new().with(variable, value);
        stdout(&machine.lab(&["list"]));
        assert!(machine.path(expected).exists(), "{expected}");
        assert!(!machine.path("checkout/target").exists());
    }
}

#[test]
fn two_checkouts_that_share_a_target_folder_do_not_run_each_others_program() {
    let (one, other) = (Machine::new(), Machine::new());
    let shared = one.path("shared").display().to_string();
    let (one, other) = (one.with("CARGO_TARGET_DIR", &shared), other.with("CARGO_TARGET_DIR", &shared));
    for machine in [&one, &other, &one] {
        stdout(&machine.lab(&["list"]));
        assert_eq!(builds(&machine.asked()), 1);
    }
}

#[test]
fn a_folder_that_another_processor_filled_is_left_alone() {
    let machine = Machine::new();
    fs::create_dir_all(machine.path("checkout/target")).unwrap();
    fs::write(machine.path("checkout/target/.processor"), "another\n").unwrap();
    stdout(&machine.lab(&["list"]));
    assert!(!machine.path("checkout/target/lab").exists());
    let own = fs::read_dir(machine.path("checkout/target")).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(own.into_iter().any(|name| name.to_string_lossy().starts_with("processor-")));
}

#[test]
fn test_checks_form_and_lints_and_passes_the_filter_to_the_tests() {
    let machine = Machine::new();
    stdout(&machine.lab(&["test", "some_filter"]));
    let asked = machine.asked();
    for expected in [
        "torch==2.11.0",
        "cargo fmt --check",
        "cargo clippy --release --all-targets --features torch -- -D warnings",
        "cargo clippy --release --all-targets --no-default-features -- -D warnings",
        "cargo test --release --features torch --no-fail-fast some_filter",
    ] {
        assert!(asked.contains(expected), "{expected}: {asked}");
    }
    assert!(asked.lines().last().is_some_and(|line| line.starts_with("cargo test")), "{asked}");
}

#[test]
fn test_fails_when_a_test_or_a_lint_does() {
    for (what, code) in [("test", 101), ("fmt", 1), ("clippy", 1)] {
        let machine = Machine::new().with("BREAK", what);
        machine.stand_in("cargo", &CARGO.replace("$1 != \"$BREAK\"", "$1 != \"$BREAK\" || $2 == --version"));
        let output = machine.lab(&["test"]);
        assert_eq!(output.status.code(), Some(code), "{what}: {}", stderr(&output));
        assert!(machine.asked().contains("cargo test"), "the tests run all the same");
    }
}

#[test]
fn help_needs_neither_rust_nor_a_build() {
    let machine = Machine::new().without("cargo");
    assert!(stdout(&machine.lab(&["help"])).contains("./lab train a1_flat"));
}
