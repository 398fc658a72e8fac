//! `completions`: what shells need to complete our commands.
use crate::config;
use anyhow::Result;
use clap::builder::PossibleValuesParser;
use clap::{Args as ClapArgs, Command};
use clap_complete::{Shell, generate};

/// Arguments of `completions`.
#[derive(ClapArgs)]
pub struct Args {
    /// Which shell.
    #[arg(value_parser = ["bash", "zsh", "fish"])]
    shell: String,
    /// The command that is completed.
    #[arg(long, default_value = "gaitlab")]
    name: String,
}

/// Prints them.
pub fn run(a: &Args, command: Command) -> Result<()> {
    print!("{}", text(a, command)?);
    Ok(())
}

fn text(a: &Args, command: Command) -> Result<String> {
    let shell: Shell = a.shell.parse().map_err(anyhow::Error::msg)?;
    let names = config::names_in(&config::root().join("configs/tasks"));
    let mut command = with_tasks(command, &names);
    let mut out = vec![];
    generate(shell, &mut command, &a.name, &mut out);
    Ok(String::from_utf8(out)?)
}

/// Tasks are completed by name; what else is allowed there (paths, scenes) can still be typed.
fn with_tasks(command: Command, names: &[String]) -> Command {
    let subcommands: Vec<String> = command.get_subcommands().map(|s| s.get_name().to_owned()).collect();
    subcommands.into_iter().fold(command, |command, subcommand| {
        command.mut_subcommand(subcommand, |s| {
            s.mut_args(|arg| match arg.get_id().as_str() {
                "task" | "task_flag" => arg.value_parser(PossibleValuesParser::new(names.to_vec())),
                _ => arg,
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::CommandFactory;
    use std::process::Command as Process;

    #[test]
    fn every_shell_that_is_here_reads_its_completions() {
        let folder = tempfile::tempdir().unwrap();
        for (shell, check) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
            let a = Args { shell: shell.into(), name: "gaitlab".into() };
            let text = text(&a, Cli::command()).unwrap();
            for word in ["a1_flat", "load-run", "completions", "sim-device"] {
                assert!(text.contains(word), "{shell} does not complete {word}");
            }
            let path = folder.path().join(shell);
            std::fs::write(&path, text).unwrap();
            match Process::new(shell).arg(check).arg(&path).output() {
                Ok(done) => {
                    assert!(done.status.success(), "{shell}: {}", String::from_utf8_lossy(&done.stderr))
                }
                Err(_) => println!("skipped: there is no {shell} here"),
            }
        }
    }
}
