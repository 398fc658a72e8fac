//! Finds out whether a window can be opened, before a library panics about it.
use std::path::Path;

/// What is said when no window can be opened.
const ADVICE: &str = "a window needs a display, and there is none here; \
    to get a film instead, without a display: `gaitlab play --headless --record walk.gif`";

/// Fails with what is missing and what to do instead.
pub(super) fn require() -> anyhow::Result<()> {
    if cfg!(any(target_os = "macos", target_os = "windows")) {
        return Ok(());
    }
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    check(
        variable("WAYLAND_DISPLAY").or(variable("WAYLAND_SOCKET")),
        variable("DISPLAY"),
        Path::new("/tmp/.X11-unix"),
    )
}

fn check(wayland: Option<String>, x11: Option<String>, sockets: &Path) -> anyhow::Result<()> {
    if wayland.is_some() {
        return Ok(());
    }
    let Some(name) = x11 else {
        anyhow::bail!("{ADVICE} (neither WAYLAND_DISPLAY nor DISPLAY is set)");
    };
    match local_display(&name) {
        Some(number) if sockets.is_dir() && !is_served(&sockets.join(format!("X{number}"))) => {
            anyhow::bail!("{ADVICE} (DISPLAY is {name}, but nothing serves it)")
        }
        _ => Ok(()),
    }
}

/// Whether somebody listens at a socket; one that a dead server left behind does not count.
#[cfg(unix)]
fn is_served(socket: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(socket).is_ok()
}
#[cfg(not(unix))]
fn is_served(socket: &Path) -> bool {
    socket.exists()
}

/// Number of an X display of this machine (`:0`, `:99.0`); `None` for one of another machine.
fn local_display(name: &str) -> Option<u32> {
    name.strip_prefix(':')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_display_is_an_error_that_names_the_way_out() {
        let message = check(None, None, Path::new("/tmp")).unwrap_err().to_string();
        assert!(message.contains("--headless --record"), "{message}");
    }

    #[test]
    fn a_display_that_nothing_serves_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let message = check(None, Some(":7".into()), folder.path()).unwrap_err().to_string();
        assert!(message.contains(":7") && message.contains("--headless --record"), "{message}");
    }

    #[test]
    fn a_served_display_a_remote_one_and_wayland_are_fine() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("X7");
        std::fs::write(&socket, "").unwrap();
        assert!(check(None, Some(":7.0".into()), folder.path()).is_err(), "left behind by a dead server");
        std::fs::remove_file(&socket).unwrap();
        let _server = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert!(check(None, Some(":7.0".into()), folder.path()).is_ok());
        assert!(check(None, Some("desk:0".into()), folder.path()).is_ok());
        assert!(check(Some("wayland-0".into()), None, folder.path()).is_ok());
    }
}
