//! Devices that gradients can be computed on: those there are, and what to say of the others.
use super::options::LearnerKind;
use crate::learn::native::NativeGradient;
use crate::learn::{Gradient, OnDeviceLoss};
use crate::run::machine::gpus;
use anyhow::{Result, anyhow, bail};

/// Makes the gradient back end. Where its device is not there, the native one with a note for the person, if that is wanted.
///
/// # Errors
/// When the device is not there and nothing else is wanted; says which there are.
pub(super) fn backend(
    kind: &LearnerKind,
    tf32: bool,
    on_loss: OnDeviceLoss,
) -> Result<(Box<dyn Gradient>, Option<String>)> {
    let native = || Box::new(NativeGradient::default());
    match kind {
        LearnerKind::Native => Ok((native(), None)),
        #[cfg(test)]
        LearnerKind::Failing(iteration) => Ok((Box::new(failing::Failing::new(*iteration)), None)),
        LearnerKind::Torch(device) => match torch(device, tf32) {
            Ok(backend) => Ok((backend, None)),
            Err(why) if on_loss == OnDeviceLoss::Fallback => {
                Ok((native(), Some(format!("{why:#}; going on with the native learner on the processor"))))
            }
            Err(why) => bail!(
                "{why:#}. Leave --learner and --rl_device out to learn on the processor, or add --on_device_loss fallback to do so \
                 wherever the device is missing"
            ),
        },
    }
}

/// libtorch on a device.
///
/// # Errors
/// When there is none of that name, with those there are; when libtorch is not built in or cannot be opened.
pub(super) fn torch(device: &str, tf32: bool) -> Result<Box<dyn Gradient>> {
    let gpus = gpus();
    known(device, gpus.len()).map_err(|why| anyhow!("{why}; {}", there_are(&gpus)))?;
    open(device, tf32).map_err(|why| anyhow!("{why:#} ({})", there_are(&gpus)))
}

/// Whether a name can be one of a device. A GPU that the driver does not list may still be known to libtorch.
fn known(device: &str, gpus: usize) -> Result<(), String> {
    let index = match device.split_once(':') {
        None if device == "cpu" => return Ok(()),
        None if device == "cuda" => Some(0),
        Some(("cuda", number)) => number.parse::<usize>().ok(),
        _ => None,
    };
    match index {
        None => Err(format!("`{device}` is no name of a device: write cpu, cuda or cuda:<number>")),
        Some(index) if gpus > 0 && index >= gpus => Err(format!("there is no device `{device}`")),
        Some(_) => Ok(()),
    }
}

/// The devices of this machine, as a sentence.
fn there_are(gpus: &[String]) -> String {
    if gpus.is_empty() {
        return "this machine has cpu, and no NVIDIA GPU that its driver would list".into();
    }
    let names: Vec<String> = gpus.iter().enumerate().map(|(i, name)| format!("cuda:{i} ({name})")).collect();
    format!("this machine has cpu, {}", names.join(", "))
}

#[cfg(feature = "torch")]
fn open(device: &str, tf32: bool) -> Result<Box<dyn Gradient>> {
    let torch = crate::learn::torch::TorchGradient::new(device, rayon::current_num_threads())?;
    Ok(Box::new(torch.with_tf32(tf32)?))
}

#[cfg(not(feature = "torch"))]
fn open(_: &str, _: bool) -> Result<Box<dyn Gradient>> {
    bail!("this program was built without libtorch; `./lab` builds it in when `--learner torch` is given")
}

#[cfg(test)]
#[path = "failing.rs"]
mod failing;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_does_not_exist_is_answered_with_those_that_do() {
        for (name, gpus, why) in [
            ("gpu", 1, "`gpu` is no name of a device: write cpu, cuda or cuda:<number>"),
            ("cuda:", 1, "no name of a device"),
            ("cuda:-1", 1, "no name of a device"),
            ("", 0, "no name of a device"),
            ("cuda:7", 2, "there is no device `cuda:7`"),
            ("cuda:99999999999999999999", 2, "no name of a device"),
        ] {
            assert!(known(name, gpus).unwrap_err().contains(why), "{name}");
        }
        for (name, gpus) in [("cpu", 0), ("cuda", 1), ("cuda:1", 2), ("cuda:7", 0)] {
            assert_eq!(known(name, gpus), Ok(()), "{name}");
        }
        let two = ["One".to_owned(), "Two".to_owned()];
        assert_eq!(there_are(&two), "this machine has cpu, cuda:0 (One), cuda:1 (Two)");
        assert!(there_are(&[]).starts_with("this machine has cpu, and no NVIDIA GPU"));
        let why = torch("gpu", false).err().unwrap().to_string();
        assert!(why.contains("`gpu` is no name") && why.contains("this machine has cpu"), "{why}");
    }

    #[test]
    fn a_missing_device_stops_or_falls_back_as_was_asked() {
        let moon = LearnerKind::Torch("moon".into());
        let why = backend(&moon, false, OnDeviceLoss::Stop).err().unwrap().to_string();
        assert!(why.contains("`moon`") && why.contains("--on_device_loss fallback"), "{why}");
        let (backend, note) = backend(&moon, false, OnDeviceLoss::Fallback).unwrap();
        assert!(!backend.can_be_lost());
        assert!(note.unwrap().ends_with("going on with the native learner on the processor"));
    }
}
