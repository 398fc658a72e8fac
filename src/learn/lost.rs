//! What happens when the device that computes gradients is lost: its driver took it away, or its memory is full.
use serde::{Deserialize, Serialize};
use std::{
    any::Any,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    sync::Once,
};

/// A device computes no more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the device of the learner failed: {0}")]
pub struct DeviceLost(pub String);

/// What a person wants then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDeviceLoss {
    /// Save the run as it was before the iteration at hand, and stop.
    #[default]
    Stop,
    /// Go on with the native learner on the processor.
    Fallback,
}

/// Does what may panic because a device is lost: tch turns every error of libtorch into a panic. It is said once, by whoever
/// gets the error, and not by the panic as well.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, DeviceLost> {
    static QUIET: Once = Once::new();
    thread_local!(static CATCHING: Cell<u32> = const { Cell::new(0) });
    QUIET.call_once(|| {
        let loud = take_hook();
        set_hook(Box::new(move |panic| {
            if CATCHING.get() == 0 {
                loud(panic);
            }
        }));
    });
    CATCHING.set(CATCHING.get() + 1);
    // what was half done is given up by the caller
    let done = catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(CATCHING.get() - 1);
    done.map_err(|panic| DeviceLost(reason(&*panic)))
}

/// What libtorch said, without where in its source that was.
fn reason(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text =
        text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given");
    let said = text.split_once("Torch(\"").map_or(text, |(_, said)| said);
    let end = ["\\n", "\n", "\")"].iter().filter_map(|mark| said.find(mark)).min();
    said[..end.unwrap_or(said.len())].trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_libtorch_becomes_its_first_line() {
        let said = r#"called `Result::unwrap()` on an `Err` value: Torch("CUDA out of memory. Tried to allocate 2.00 GiB.\nException raised from malloc at x.cpp:12\nframe 0")"#;
        let lost = caught(|| panic!("{said}")).unwrap_err();
        assert_eq!(
            lost.to_string(),
            "the device of the learner failed: CUDA out of memory. Tried to allocate 2.00 GiB."
        );
        assert_eq!(caught(|| std::panic::panic_any(7)).unwrap_err().0, "no reason given");
        assert_eq!(caught(|| panic!("plain")).unwrap_err().0, "plain");
        assert_eq!(caught(|| 3), Ok(3));
    }
}
