//! What a window or a film shows at first: a task or a scene, with a policy.
use super::Overrides;
use super::policy::{PolicyArgs, run_folder};
use crate::app::FirstShown;
use crate::config::{self, Document};
use crate::lab::scene::{PolicySource, Scene};
use crate::nn::{ActorCritic, NetworkCfg};
use crate::run::train::load_policy;
use crate::task::{self, Plan};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was asked for.
pub struct Asked {
    /// At first.
    pub first: FirstShown,
    /// The scene around it.
    pub scene: Option<Scene>,
}

/// A task as it is trained, with its shipped policy; where there is none, with one that has learned nothing.
pub fn first(name: &str, overrides: Overrides, robots: usize) -> Result<FirstShown> {
    let plan = Arc::new(task::compile(task::open(name, &overrides)?)?);
    let shipped = shipped(&plan.name);
    let path = shipped.exists().then_some(shipped);
    // a changed task may be another than the policy was made for; then it begins from nothing
    let policy = path.and_then(|path| load_policy(&path, &plan).ok());
    let what = if policy.is_some() { "shipped policy" } else { "not trained yet" };
    let title = format!("{} · {what}", plan.name);
    let policy = policy.unwrap_or_else(|| untrained(&plan));
    Ok(FirstShown { plan, policy, title, robots })
}

/// What the arguments ask for: a scene or a task, by name or path.
pub fn asked(args: &PolicyArgs, overrides: Overrides, robots: Option<usize>) -> Result<Asked> {
    super::threads::set(args.threads)?;
    if !Scene::is_meant_by(&args.task) {
        let (plan, policy, path) = args.open(&overrides)?;
        let what = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        let title = match path == shipped(&plan.name) {
            true => format!("{} · shipped policy", plan.name),
            false => format!("{} · {what}", plan.name),
        };
        return Ok(Asked {
            first: FirstShown { plan, policy, title, robots: robots.unwrap_or(1) },
            scene: None,
        });
    }
    let mut scene = Scene::open(&args.task)?;
    if let Some(robots) = robots {
        scene.robots = robots.clamp(1, crate::lab::model::MOST_SHOWN);
    }
    let first = staged(&scene, args, &overrides)?;
    Ok(Asked { first, scene: Some(scene) })
}

/// The task and policy of a scene; a policy among the arguments wins over the scene's.
fn staged(scene: &Scene, args: &PolicyArgs, overrides: &Overrides) -> Result<FirstShown> {
    let mut doc = task::open(&scene.task, overrides)?;
    change(&mut doc, scene, overrides)?;
    let plan = Arc::new(task::compile(doc)?);
    let given = args.policy.is_some() || args.run.is_given();
    let path = match scene.policy_source().filter(|_| !given) {
        None => Some(args.path(&plan.name)?),
        Some(PolicySource::None) => None,
        Some(PolicySource::Shipped) => Some(shipped(&plan.name)),
        Some(PolicySource::File(path)) => Some(if path.exists() { path } else { config::root().join(path) }),
        Some(PolicySource::Run(name)) => {
            let (experiment, folder) = name.split_once('/').unwrap_or((&plan.name, &name));
            Some(run_folder(experiment, Some(folder))?.newest_checkpoint()?.1)
        }
    };
    let policy = match &path {
        Some(path) => load_policy(path, &plan).context("the policy of the scene")?,
        None => untrained(&plan),
    };
    let title = format!("{} · {}", plan.name, args.task);
    Ok(FirstShown { plan, policy, title, robots: scene.robots })
}

/// Puts the scene's changes into its task, but for the engine where the arguments name one.
fn change(doc: &mut Document, scene: &Scene, overrides: &Overrides) -> Result<()> {
    let engine = "env.physics.engine";
    let is_given = overrides.iter().any(|(key, _)| key == engine);
    for (key, value) in scene.overrides().into_iter().filter(|(key, _)| !is_given || key != engine) {
        let origin = config::Origin::Argument(format!("the scene's `{key}`"));
        doc.set(&key, value, origin).map_err(config::ConfigErrors::from)?;
    }
    Ok(())
}

fn shipped(task: &str) -> PathBuf {
    config::root().join("assets/policies").join(task).join("policy.safetensors")
}

/// A policy that has learned nothing: it stands.
fn untrained(plan: &Plan) -> ActorCritic {
    let cfg = NetworkCfg { init_std: 0.1, ..NetworkCfg::default() };
    ActorCritic::for_sizes(&cfg, plan.sizes(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::physics::Engine;

    fn args(what: &str) -> PolicyArgs {
        PolicyArgs { task: what.into(), ..PolicyArgs::default() }
    }

    #[test]
    fn a_task_is_one_robot_to_drive_and_the_lab_a_herd() {
        let task = asked(&args("a1_flat"), vec![], None).unwrap();
        assert!(task.scene.is_none());
        assert_eq!((task.first.robots, task.first.title.as_str()), (1, "a1_flat · shipped policy"));
        assert_eq!(first("a1_flat", vec![], 64).unwrap().robots, 64);
    }

    #[test]
    fn every_shipped_scene_finds_its_task_and_policy() {
        for name in config::names_in(&config::root().join("scenes")) {
            let shown = asked(&args(&name), vec![], None).unwrap_or_else(|e| panic!("{name}: {e:#}"));
            assert_eq!(shown.first.robots, shown.scene.unwrap().robots, "{name}");
        }
    }

    #[test]
    fn a_scene_names_the_engine_and_the_arguments_win() {
        let engine =
            |overrides| asked(&args("a1_props"), overrides, None).unwrap().first.plan.env.physics.engine;
        assert_eq!(engine(vec![]), Engine::Rapier);
        assert_eq!(engine(vec![("env.physics.engine".into(), "batch".into())]), Engine::Batch);
    }

    #[test]
    fn a_changed_task_is_shown_as_it_is_and_keeps_its_changes() {
        let overrides = vec![("env.actions.scale".to_owned(), "0.3".to_owned())];
        let shown = first("a1_flat", overrides, 64).unwrap();
        assert_eq!(shown.plan.env.actions.scale, 0.3);
        assert_eq!(shown.title, "a1_flat · not trained yet", "the shipped policy is for another scale");
    }

    #[test]
    fn what_is_neither_a_task_nor_a_scene_is_an_error_that_names_the_nearest() {
        let Err(error) = asked(&args("a1_flt"), vec![], None) else { panic!("it was found") };
        assert!(error.to_string().contains("a1_flat"), "{error}");
    }
}
