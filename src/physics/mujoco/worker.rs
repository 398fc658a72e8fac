//! A process that simulates, and the pipe to it.
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Names the Python interpreter that has MuJoCo.
pub const PYTHON: &str = "GAITLAB_MUJOCO_PYTHON";

/// The other end.
const SCRIPT: &str = include_str!("worker.py");

/// The pipe is broken, whichever end of it was used.
const GONE: &str =
    "MuJoCo's process ended; what it said is above. Does this Python have mujoco and onnxruntime?";

/// Kinds of message, as in the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub(super) enum Kind {
    Reset = 0,
    Draw = 1,
    Push = 2,
    Step = 3,
}

/// The Python interpreter that has MuJoCo, where one is named.
pub fn python() -> Option<PathBuf> {
    std::env::var_os(PYTHON).filter(|p| !p.is_empty()).map(PathBuf::from)
}

/// A process with some robots.
pub(super) struct Worker {
    child: Child,
    input: BufWriter<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts a process and waits until it has read the header.
    pub fn start(python: &std::path::Path, header: &Value) -> Result<Self> {
        let mut child = Command::new(python)
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // MuJoCo leaves its log where it is started
            .current_dir(std::env::temp_dir())
            .envs(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"].map(|name| (name, "1")))
            .spawn()
            .with_context(|| format!("starting {} (named by {PYTHON})", python.display()))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (input, output) = input.zip(output).context("a pipe to Python")?;
        let mut worker = Self { child, input: BufWriter::new(input), output: BufReader::new(output) };
        let text = header.to_string();
        worker.write(&(text.len() as i32).to_le_bytes())?;
        worker.write(text.as_bytes())?;
        let mut ready = [0.0];
        worker.receive(&mut ready)?;
        ensure!(ready[0] == 1.0, "{} did not become ready", python.display());
        Ok(worker)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.input.write_all(bytes).context(GONE)
    }

    /// Sends a message.
    pub fn send(&mut self, kind: Kind, numbers: &[f64]) -> Result<()> {
        self.write(&(kind as i32).to_le_bytes())?;
        self.write(&(numbers.len() as i32).to_le_bytes())?;
        numbers.iter().try_for_each(|n| self.write(&n.to_le_bytes()))
    }

    /// Reads as many numbers as there is room for.
    pub fn receive(&mut self, out: &mut [f64]) -> Result<()> {
        self.input.flush().context(GONE)?;
        let mut bytes = [0; 8];
        for number in out {
            self.output.read_exact(&mut bytes).context(GONE)?;
            *number = f64::from_le_bytes(bytes);
        }
        Ok(())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // it has nothing to keep, and must not wait for somebody to read its answer
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
